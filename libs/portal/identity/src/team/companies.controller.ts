import { Get, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { z } from 'zod';
import { allowed, holds } from '@foyer/access';
import { piecesOf, Slots } from '@foyer/slots';
import {
  Can,
  ConsoleController,
  CurrentActor,
  CurrentVisit,
  domainAsWritten,
  domainInDns,
  field,
  Filters,
  Form,
  type FormState,
  isDomain,
  listView,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { Companies } from '../companies.js';
import {
  chosen,
  companyInviteForm,
  type CompanyInviteForm,
  companyRoleForm,
  invitationViews,
  inviteeOf,
  memberViews,
} from '../company-view.js';
import { Invitations } from '../invitations.js';
import { PeopleList } from '../people-list.js';
import { Roles } from '../roles/roles.js';
import type { PortalActor } from '../portal-actor.js';
import { companyCounts, companyPanels, countsOf } from './console-slots.js';

const PATH = '/console/companies';
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
type CompanyForm = FormState<z.output<typeof companyForm>>;
type Forms = { form?: CompanyInviteForm; details?: CompanyForm };

@ConsoleController('companies')
@Can('browse', 'Company')
export class CompaniesController {
  constructor(
    private readonly list: PeopleList,
    private readonly companies: Companies,
    private readonly invitations: Invitations,
    private readonly slots: Slots,
    private readonly roles: Roles,
  ) {}

  @Get()
  @View('identity/team/companies')
  async all(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Filters(filters) { q, cursor }: z.output<typeof filters>,
  ) {
    const { rows, more } = await this.list.companies(actor, { search: q || null, after: cursor, limit: PAGE });
    const { columns, countsBeside } = await countsOf(this.slots, companyCounts, actor, rows, (key) => visit.t(key));
    return {
      companies: rows.map(({ id, domain, ...company }) => ({
        ...company,
        domain: domain && domainAsWritten(domain),
        href: `${PATH}/${id}`,
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
  blank(@CurrentVisit() visit: Visit) {
    return { form: visit.form() };
  }

  @Post()
  @Can('create', 'Company')
  @View('identity/team/company-new')
  async create(@CurrentActor() actor: PortalActor, @Form(companyForm) form: CompanyForm) {
    const company = await form.attempt(({ name, domain }) => this.companies.create(actor, { name, domain }));
    return company ? seeOther(`${PATH}/${company.id}`, 'identity.companies.created') : { form };
  }

  @Get(':id')
  @View('identity/team/company')
  one(@CurrentVisit() visit: Visit, @CurrentActor() actor: PortalActor, @Param('id', ParseUUIDPipe) id: string) {
    return this.view(visit, actor, id);
  }

  @Post(':id')
  @View('identity/team/company')
  async update(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Param('id', ParseUUIDPipe) id: string,
    @Form(companyForm) details: CompanyForm,
  ) {
    await details.attempt(({ parent, partners, ...value }) =>
      this.companies.update(actor, id, { ...value, parentId: parent, partnerIds: partners }),
    );
    return details.failed
      ? this.view(visit, actor, id, { details })
      : seeOther(`${PATH}/${id}`, 'identity.companies.saved');
  }

  @Post(':id/invitations')
  @View('identity/team/company')
  async invite(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Param('id', ParseUUIDPipe) id: string,
    @Form(companyInviteForm) form: CompanyInviteForm,
  ) {
    await form.attempt((value) =>
      this.invitations.invite(actor, inviteeOf(value), { companyId: id, companyRole: value.role }, visit.locale),
    );
    return form.failed ? this.view(visit, actor, id, { form }) : seeOther(`${PATH}/${id}`, 'identity.invite.done');
  }

  @Post(':id/invitations/:invitation/removal')
  async withdraw(
    @CurrentActor() actor: PortalActor,
    @Param('id', ParseUUIDPipe) id: string,
    @Param('invitation', ParseUUIDPipe) invitation: string,
  ) {
    await this.invitations.withdraw(actor, id, invitation);
    return seeOther(`${PATH}/${id}`, 'identity.invite.withdrawn');
  }

  @Post(':id/members/:person/role')
  async changeRole(
    @CurrentActor() actor: PortalActor,
    @Param('id', ParseUUIDPipe) id: string,
    @Param('person', ParseUUIDPipe) person: string,
    @Form(companyRoleForm) form: FormState<z.output<typeof companyRoleForm>>,
  ) {
    await this.companies.changeRole(actor, id, person, chosen(form).role);
    return seeOther(`${PATH}/${id}`, 'identity.members.role-changed');
  }

  @Post(':id/members/:person/removal')
  async remove(
    @CurrentActor() actor: PortalActor,
    @Param('id', ParseUUIDPipe) id: string,
    @Param('person', ParseUUIDPipe) person: string,
  ) {
    await this.companies.remove(actor, id, person);
    return seeOther(`${PATH}/${id}`, 'identity.members.removed');
  }

  private async view(visit: Visit, actor: PortalActor, id: string, { form, details }: Forms = {}) {
    const { name, domain: kept, createdAt, parentId, partnerIds } = await this.list.company(actor, id);
    const domain = kept && domainAsWritten(kept);
    const labelOf = await this.roles.labels((key) => visit.t(key));
    const others = (await this.list.companyNames(actor)).filter((other) => other.value !== id);
    const members = await this.list.members(actor, id);
    const invites = allowed(actor.ability, 'invite', 'Membership', { companyId: id });
    const gives = await this.roles.giving(actor, 'administer', id);
    return {
      company: { id, name, domain, createdAt },
      panels: await piecesOf(this.slots.of(companyPanels), (panel) => panel.load(actor, id, visit)),
      members: memberViews(actor, members, labelOf, gives).map((member) => ({
        ...member,
        href: `/console/people/${member.id}`,
      })),
      invitations: invites ? invitationViews(await this.invitations.pending(actor, id), labelOf) : [],
      roles: await this.roles.options((key) => visit.t(key), await this.roles.giving(actor, 'invite', id)),
      companies: others,
      partners: others.map((other) => ({
        ...other,
        checked: chosenPartners(details, partnerIds).includes(other.value),
      })),
      can: { invite: invites, edit: allowed(actor.ability, 'update', 'Company', { id }) },
      form: form ?? visit.form({ role: 'user' }),
      details: details ?? visit.form({ name, domain, parent: parentId, partners: partnerIds }),
    };
  }
}

const chosenPartners = (details: CompanyForm | undefined, stored: string[]): string[] =>
  details ? [details.values['partners'] ?? []].flat() : stored;
