import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { holds, NotFound } from '@foyer/access';
import { Api, instant, paged, pageOf, paging } from '@foyer/api';
import { domainInDns, field, isDomain } from '@foyer/web';
import { Companies } from '../companies.js';
import { type CompanyRow, type MemberRow, PeopleList } from '../people-list.js';
import type { PortalActor } from '../portal-actor.js';
import { peopleRead, peopleWrite, portalApi } from './portal-operations.js';

const company = z
  .object({
    id: z.uuid(),
    name: z.string(),
    domain: z.string().nullable(),
    parent_id: z.uuid().nullable().optional().describe('The company it is a branch of. For keys of the whole portal.'),
    partner_ids: z.array(z.uuid()).optional().describe('Companies that work for it. For keys of the whole portal.'),
    members: z.number().int(),
    created_at: instant,
  })
  .meta({ id: 'Company' });
const member = z
  .object({
    id: z.uuid(),
    name: z.string(),
    email: z.string(),
    role: z.string(),
    since: instant,
    last_seen_at: instant.nullable(),
  })
  .meta({ id: 'Member' });
const one = z.object({ company: z.uuid() });
const place = z.object({ company: z.uuid(), person: z.uuid() });
const details = {
  name: field.name(120),
  domain: z
    .string()
    .max(253)
    .transform(domainInDns)
    .refine(isDomain, 'web.form.wrong')
    .nullable()
    .describe('Whoever registers with an address of it belongs to the company.'),
  parent_id: z.uuid().nullable(),
  partner_ids: z.array(z.uuid()).max(100),
};
const EXAMPLE = {
  ...{ id: '0199c2f4-7d3e-7a11-9c5e-2f6f0e1b4a78', name: 'Globex', domain: 'globex.example', parent_id: null },
  ...{ partner_ids: [], members: 3, created_at: '2026-11-30T09:00:00.000Z' },
};

/** Companies and who belongs to them, for programs. */
@Injectable()
export class CompaniesOperations implements OnModuleInit {
  constructor(
    private readonly api: Api,
    private readonly list: PeopleList,
    private readonly companies: Companies,
  ) {}

  onModuleInit(): void {
    this.api.add(...this.ofCompanies(), ...this.ofMembers());
  }

  private ofCompanies() {
    const { get, post, change } = portalApi;
    return [
      get(
        '/companies',
        {
          ...{ id: 'listCompanies', scope: peopleRead, summary: 'List companies', output: pageOf(company) },
          query: z.object({ ...paging, q: field.search.describe('Beginnings of words of name and domain.') }),
          example: { data: [EXAMPLE], next_cursor: null, has_more: false },
        },
        async ({ actor, query: { q, limit }, place: after }) => {
          const { rows, more } = await this.list.companies(actor, { search: q || null, after, limit });
          return paged(
            rows.map((row) => companyOf(actor, row)),
            more ? rows.at(-1)!.id : null,
          );
        },
      ),
      get(
        '/companies/{company}',
        {
          ...{ id: 'getCompany', scope: peopleRead, summary: 'One company', params: one, output: company },
          example: EXAMPLE,
        },
        ({ actor, params }) => this.read(actor, params.company),
      ),
      post(
        '/companies',
        {
          ...{ id: 'addCompany', scope: peopleWrite, summary: 'Add a company', output: company, example: EXAMPLE },
          body: z.object({
            ...details,
            domain: details.domain.default(null),
            parent_id: details.parent_id.default(null),
            partner_ids: details.partner_ids.default([]),
          }),
        },
        async ({ actor, body }) => {
          const { id } = await this.companies.create(actor, detailsOf(body));
          return this.read(actor, id);
        },
      ),
      change(
        '/companies/{company}',
        {
          ...{ id: 'changeCompany', scope: peopleWrite, summary: 'Change a company', params: one, output: company },
          ...{ body: z.object(details).partial(), example: EXAMPLE },
        },
        async ({ actor, params }) => {
          await this.companies.hold(params.company);
          return this.read(actor, params.company);
        },
        async ({ actor, params, body }) => {
          const {
            name,
            domain,
            parentId: parent_id,
            partnerIds: partner_ids,
          } = await this.list.company(actor, params.company);
          const now = { name, domain, parent_id, partner_ids };
          await this.companies.update(actor, params.company, detailsOf({ ...now, ...body }));
          return null;
        },
      ),
    ];
  }

  private ofMembers() {
    const { get, post, change, remove } = portalApi;
    const memberNow = async (actor: PortalActor, companyId: string, personId: string) => {
      const found = (await this.list.members(actor, companyId)).find(({ id }) => id === personId);
      return memberOf(found);
    };
    return [
      get(
        '/companies/{company}/members',
        {
          ...{ id: 'listMembers', scope: peopleRead, summary: 'Who belongs to a company', params: one },
          output: z.object({ data: z.array(member) }),
        },
        async ({ actor, params }) => {
          await this.list.company(actor, params.company);
          return { data: (await this.list.members(actor, params.company)).map(memberOf) };
        },
      ),
      post(
        '/companies/{company}/members',
        {
          ...{
            id: 'addMember',
            scope: peopleWrite,
            summary: 'Put a customer into a company',
            params: one,
            output: null,
          },
          called: { company: 'person_id' },
          body: z.object({ person_id: z.uuid(), role: z.string().max(60).default('user') }),
        },
        ({ actor, params, body }) => this.companies.link(actor, params.company, body.person_id, body.role),
      ),
      get(
        '/companies/{company}/members/{person}',
        { id: 'getMember', scope: peopleRead, summary: 'One member of a company', params: place, output: member },
        ({ actor, params }) => memberNow(actor, params.company, params.person),
      ),
      change(
        '/companies/{company}/members/{person}',
        {
          ...{ id: 'changeMember', scope: peopleWrite, summary: 'Give a member another role', params: place },
          ...{ body: z.object({ role: z.string().max(60) }), output: member },
        },
        async ({ actor, params }) => {
          await this.companies.hold(params.company);
          return memberNow(actor, params.company, params.person);
        },
        async ({ actor, params, body }) => {
          await this.companies.changeRole(actor, params.company, params.person, body.role);
          return null;
        },
      ),
      remove(
        '/companies/{company}/members/{person}',
        {
          ...{ id: 'removeMember', scope: peopleWrite, summary: 'Take a member out of a company', params: place },
          output: null,
        },
        ({ actor, params }) => this.companies.remove(actor, params.company, params.person),
      ),
    ];
  }

  private async read(actor: PortalActor, id: string) {
    return companyOf(actor, await this.list.company(actor, id));
  }
}

/** Which other companies it belongs with is the team's to know. */
const companyOf = ({ ability }: PortalActor, { parentId, partnerIds, createdAt, ...row }: CompanyRow) => ({
  ...row,
  ...(holds(ability, 'browse', 'Company') && { parent_id: parentId, partner_ids: partnerIds }),
  created_at: createdAt,
});

interface Details {
  name: string;
  domain: string | null;
  parent_id: string | null;
  partner_ids: string[];
}
const detailsOf = ({ name, domain, parent_id: parentId, partner_ids: partnerIds }: Details) => ({
  ...{ name, domain, parentId, partnerIds },
});

/** @throws NotFound for nobody */
function memberOf(row: MemberRow | undefined) {
  if (!row) throw new NotFound();
  const { lastSeen, ...rest } = row;
  return { ...rest, last_seen_at: lastSeen };
}
