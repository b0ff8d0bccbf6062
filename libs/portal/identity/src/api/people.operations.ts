import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { Refused } from '@foyer/access';
import { Api, instant, paged, pageOf, paging } from '@foyer/api';
import { field } from '@foyer/web';
import { Deactivations } from '../deactivations.js';
import { Newcomers } from '../newcomers.js';
import { PeopleList, type PersonRow } from '../people-list.js';
import type { PortalActor } from '../portal-actor.js';
import { peopleRead, peopleWrite, portalApi } from './portal-operations.js';

const STATES = ['active', 'unverified', 'deactivated'] as const;
const OF_PORTAL = 'For keys of the whole portal.';
export const person = z
  .object({
    id: z.uuid(),
    name: z.string(),
    email: z.string(),
    phone: z.string().nullable().optional().describe(OF_PORTAL),
    state: z.enum(STATES).optional().describe(OF_PORTAL),
    team_role: z.string().nullable().describe('Null for customers.'),
    locale: z.string().nullable().optional().describe(OF_PORTAL),
    companies: z.array(z.object({ id: z.uuid(), name: z.string(), role: z.string() })),
    created_at: instant,
    last_seen_at: instant.nullable(),
  })
  .meta({ id: 'Person' });
const one = z.object({ person: z.uuid() });
const EXAMPLE = {
  ...{ id: '0199c2f4-7d3e-7a11-9c5e-2f6f0e1b4a77', name: 'Ana Lima', email: 'ana@globex.example', phone: null },
  ...{ state: 'active', team_role: null, locale: 'en', created_at: '2026-11-30T09:00:00.000Z', last_seen_at: null },
  companies: [{ id: '0199c2f4-7d3e-7a11-9c5e-2f6f0e1b4a78', name: 'Globex', role: 'company_user' }],
};

/** Customers and colleagues, for programs. */
@Injectable()
export class PeopleOperations implements OnModuleInit {
  constructor(
    private readonly api: Api,
    private readonly list: PeopleList,
    private readonly newcomers: Newcomers,
    private readonly deactivations: Deactivations,
  ) {}

  onModuleInit(): void {
    const { get, post } = portalApi;
    this.api.add(
      get(
        '/people',
        {
          ...{ id: 'listPeople', scope: peopleRead, summary: 'List people', output: pageOf(person) },
          description: 'A company’s key finds the people of its company.',
          query: z.object({
            ...paging,
            q: field.search.describe('Beginnings of words of name and address.'),
            kind: z.enum(['customers', 'team']).default('customers'),
            state: z.enum(STATES).optional().describe(OF_PORTAL),
            company_id: z.uuid().optional(),
          }),
          example: { data: [EXAMPLE], next_cursor: null, has_more: false },
        },
        async ({ actor, query: { q, kind, state = null, company_id: companyId = null, limit }, place }) => {
          if (state !== null && !knowsAll(actor)) throw new Refused();
          const filter = { search: q || null, kind, state, companyId, after: place, limit };
          const { rows, more } = await this.list.people(actor, filter);
          return paged(
            rows.map((row) => personOf(actor, row)),
            more ? rows.at(-1)!.id : null,
          );
        },
      ),
      get(
        '/people/{person}',
        {
          ...{ id: 'getPerson', scope: peopleRead, summary: 'One person', output: person, params: one },
          example: EXAMPLE,
        },
        async ({ actor, params }) => personOf(actor, await this.list.person(actor, params.person)),
      ),
      post(
        '/people',
        {
          ...{ id: 'addPerson', scope: peopleWrite, summary: 'Add a customer', output: person, example: EXAMPLE },
          description:
            'An account without a password: they choose one when they first come, or by the mail of an invitation.',
          body: z.object({
            name: field.name(100),
            email: field.email,
            phone: field.line(40).nullable().default(null),
            company_id: z.uuid().nullable().default(null),
            role: z.string().max(60).default('user').describe('In that company.'),
            invite: z.boolean().default(false).describe('Whether to mail them the way to a password.'),
          }),
        },
        async ({ actor, body: { company_id: companyId, role, invite, ...details } }) => {
          const { id } = await this.newcomers.add(actor, details, companyId ? { companyId, role } : null, invite);
          return personOf(actor, await this.list.person(actor, id));
        },
      ),
      post(
        '/people/{person}/deactivation',
        {
          ...{ id: 'deactivatePerson', scope: peopleWrite, summary: 'Shut a person out', params: one, output: null },
        },
        ({ actor, params }) => this.deactivations.deactivate(actor, params.person),
      ),
      post(
        '/people/{person}/activation',
        {
          ...{ id: 'activatePerson', scope: peopleWrite, summary: 'Let a person in again', params: one, output: null },
        },
        ({ actor, params }) => this.deactivations.reactivate(actor, params.person),
      ),
    );
  }
}

/** People of a company know of each other what their company’s page says. */
const knowsAll = ({ teamRole }: PortalActor): boolean => teamRole !== null;

export function personOf(
  actor: PortalActor,
  { id, name, email, phone, locale, companies, teamRole, createdAt, lastSeen, verified, status }: PersonRow,
) {
  const state =
    status === 'deactivated' ? ('deactivated' as const) : verified ? ('active' as const) : ('unverified' as const);
  return {
    ...{ id, name, email, companies, team_role: teamRole, created_at: createdAt, last_seen_at: lastSeen },
    ...(knowsAll(actor) && { phone, locale, state }),
  };
}
