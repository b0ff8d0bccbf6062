import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { allowed, holds } from '@foyer/access';
import {
  asDifferent,
  changesOf,
  described,
  line,
  optionalReference,
  references,
  saveOpened,
  text,
  VERSION,
} from '@foyer/settings';
import { piecesOf, Slots } from '@foyer/slots';
import {
  Ask,
  type Asked,
  Can,
  ConsoleController,
  domainAsWritten,
  domainInDns,
  field,
  type FormState,
  id,
  isDomain,
  listView,
  Posts,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { Companies, companyVersion } from '../companies.js';
import { companyReference } from '../company-choices.js';
import { companyInviteForm, type CompanyInviteForm } from '../company-view.js';
import { CompanyPeople, MemberPosts } from '../company-people.js';
import { Invitations } from '../invitations.js';
import { PeopleList } from '../people-list.js';
import type { PortalActor } from '../portal-actor.js';
import { companyCounts, companyPanels, countsOf } from './console-slots.js';

const PATH = '/console/companies';
const at = (id: string) => `${PATH}/${id}`;
const PAGE = 50;
const filters = z.object({ q: field.search, cursor: z.uuid().nullable().catch(null) });
const companyForm = z.object({
  name: field.name(100),
  domain: z
    .string()
    .trim()
    .max(253)
    .transform(domainInDns)
    .refine((value) => value === '' || isDomain(value), 'identity.companies.domain-wrong')
    .optional()
    .transform((value) => value || null),
  parent: field.optionalId,
  partners: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .transform((value) => [value ?? []].flat().filter((id) => id !== ''))
    .pipe(z.array(field.id).max(50)),
});
const DETAILS = described('identity.companies', {
  name: text(100),
  domain: line(z.string(), 253, { typed: domainAsWritten }),
  parentId: optionalReference(companyReference, { none: 'identity.companies.no-parent' }),
  partnerIds: references(companyReference, 50),
});
type CompanyForm = FormState<z.output<typeof companyForm>>;
type Forms = { form?: CompanyInviteForm; details?: CompanyForm };
const listing = { query: filters };
const creating = { form: companyForm };
const onCompany = { params: { id } };
const describing = { params: { id }, form: companyForm };
const inviting = { params: { id }, form: companyInviteForm };
const onInvitation = { params: { id, invitation: id } };

@ConsoleController('companies', { can: ['browse', 'Company'] })
@MemberPosts(at)
@Posts<typeof onInvitation, PortalActor, CompaniesController>(onInvitation, ({ id }) => at(id), {
  ':id/invitations/:invitation/removal': [
    ({ invitations }, { actor, id, invitation }) => invitations.withdraw(actor, id, invitation),
    'identity.invite.withdrawn',
  ],
})
export class CompaniesController {
  constructor(
    private readonly list: PeopleList,
    readonly companies: Companies,
    readonly invitations: Invitations,
    private readonly slots: Slots,
    private readonly members: CompanyPeople,
  ) {}

  @Get()
  @View('identity/team/companies')
  async all(@Ask(listing) { visit, actor, query: { q, cursor } }: Asked<typeof listing, PortalActor>) {
    const { rows, more } = await this.list.companies(actor, { search: q || null, after: cursor, limit: PAGE });
    const { columns, countsBeside } = await countsOf(this.slots, companyCounts, actor, rows, (key) => visit.t(key));
    return {
      companies: rows.map(({ id, domain, ...company }) => ({
        ...company,
        domain: domain && domainAsWritten(domain),
        href: at(id),
        counts: countsBeside(id),
      })),
      columns,
      filters: [],
      ...listView(visit, PATH, { q: q || null, filters: {}, next: more ? rows.at(-1)!.id : null, previous: null }),
      can: { create: holds(actor.ability, 'create', 'Company') },
    };
  }

  @Get('new')
  @Can('create', 'Company')
  @View('identity/team/company-new')
  blank(@Ask() { visit }: Asked) {
    return { form: visit.form() };
  }

  @Post()
  @Can('create', 'Company')
  @View('identity/team/company-new')
  async create(@Ask(creating) { actor, form }: Asked<typeof creating, PortalActor>) {
    const company = await form.attempt(({ name, domain }) => this.companies.create(actor, { name, domain }));
    return company ? seeOther(at(company.id), 'identity.companies.created') : { form };
  }

  @Get(':id')
  @View('identity/team/company')
  one(@Ask(onCompany) { visit, actor, id }: Asked<typeof onCompany, PortalActor>) {
    return this.view(visit, actor, id);
  }

  @Post(':id')
  @View('identity/team/company')
  async update(@Ask(describing) { visit, actor, id, form: details }: Asked<typeof describing, PortalActor>) {
    await saveOpened(
      details,
      ({ parent, partners, ...value }, version) =>
        this.companies.update(actor, id, { ...value, parentId: parent, partnerIds: partners }, version),
      async (wanted, stored) => {
        const names = await this.list.companyNames(actor);
        return (await changesOf(DETAILS, wanted, stored, visit, () => Promise.resolve(names))).map((change) =>
          asDifferent(visit, change),
        );
      },
    );
    return details.failed ? this.view(visit, actor, id, { details }) : seeOther(at(id), 'identity.companies.saved');
  }

  @Post(':id/invitations')
  @View('identity/team/company')
  async invite(@Ask(inviting) { visit, actor, id, form }: Asked<typeof inviting, PortalActor>) {
    await this.members.invite(visit, actor, id, form);
    return form.failed ? this.view(visit, actor, id, { form }) : seeOther(at(id), 'identity.invite.done');
  }

  private async view(visit: Visit, actor: PortalActor, id: string, { form, details }: Forms = {}) {
    const { name, domain: kept, createdAt, parentId, partnerIds } = await this.list.company(actor, id);
    const version = details?.values[VERSION] ?? companyVersion({ name, domain: kept, parentId, partnerIds });
    const domain = kept && domainAsWritten(kept);
    const others = (await this.list.companyNames(actor)).filter((other) => other.value !== id);
    const { members, can, ...people } = await this.members.view(visit, actor, id, form);
    return {
      ...people,
      company: { id, name, domain, createdAt },
      version,
      panels: await piecesOf(this.slots.of(companyPanels), (panel) => panel.load(actor, id, visit)),
      members: members.map((member) => ({ ...member, href: `/console/people/${member.id}` })),
      companies: others,
      partners: others.map((other) => ({
        ...other,
        checked: chosenPartners(details, partnerIds).includes(other.value),
      })),
      can: { ...can, edit: allowed(actor.ability, 'update', 'Company', { id }) },
      details: details ?? visit.form({ name, domain, parent: parentId, partners: partnerIds }),
    };
  }
}

const chosenPartners = (details: CompanyForm | undefined, stored: string[]): string[] =>
  details ? [details.values['partners'] ?? []].flat() : stored;
