import { Get, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { z } from 'zod';
import { allowed, holds } from '@foyer/access';
import { languageName } from '@foyer/i18n';
import { piecesOf, Slots } from '@foyer/slots';
import {
  Can,
  ConsoleController,
  CurrentActor,
  CurrentVisit,
  field,
  Filters,
  filterView,
  Form,
  type FormState,
  listView,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { Deactivations } from '../deactivations.js';
import { Companies } from '../companies.js';
import { roleField } from '../company-view.js';
import { Roles } from '../roles/roles.js';
import { PeopleList, type PersonRow } from '../people-list.js';
import type { PortalActor } from '../portal-actor.js';
import { countsOf, personCounts, personPanels } from './console-slots.js';
import { Leaving, type LeavingForm, leavingForm } from './leaving.js';

const PATH = '/console/people';
const PAGE = 50;
const STATES = ['active', 'unverified', 'deactivated'] as const;
const filters = z.object({
  q: field.search,
  state: z.enum(STATES).nullable().catch(null),
  company: z.uuid().nullable().catch(null),
  cursor: z.uuid().nullable().catch(null),
});
const linkForm = z.object({ company: field.id, role: roleField });

@ConsoleController('people')
@Can('browse', 'Person')
export class PeopleController {
  constructor(
    private readonly list: PeopleList,
    private readonly deactivations: Deactivations,
    private readonly companies: Companies,
    private readonly slots: Slots,
    private readonly roles: Roles,
    private readonly leaving: Leaving,
  ) {}

  @Get()
  @View('identity/team/people')
  async people(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Filters(filters) { q, state, company, cursor }: z.output<typeof filters>,
  ) {
    const { rows, more } = await this.list.people(actor, {
      kind: 'customers',
      search: q || null,
      state,
      companyId: company,
      after: cursor,
      limit: PAGE,
    });
    const { columns, countsBeside } = await countsOf(this.slots, personCounts, actor, rows, (key) => visit.t(key));
    const options = STATES.map((value) => ({ value, label: visit.t(`identity.state.${value}`) }));
    return {
      columns,
      people: rows.map((row) => ({
        href: `${PATH}/${row.id}`,
        name: row.name,
        email: row.email,
        company: row.companies[0]?.name ?? null,
        more: Math.max(0, row.companies.length - 1),
        state: stateOf(row),
        registeredAt: row.createdAt,
        lastSeen: row.lastSeen,
        counts: countsBeside(row.id),
      })),
      filters: [
        filterView(visit, PATH, { name: 'state', label: visit.t('identity.field.state'), current: state, options }),
      ],
      ...listView(visit, PATH, {
        q: q || null,
        filters: { state, company },
        next: more ? rows.at(-1)!.id : null,
        previous: null,
      }),
      add: holds(actor.ability, 'create', 'Person') ? `${PATH}/new` : null,
    };
  }

  @Get(':id')
  @View('identity/team/person')
  person(@CurrentVisit() visit: Visit, @CurrentActor() actor: PortalActor, @Param('id', ParseUUIDPipe) id: string) {
    return this.view(visit, actor, id);
  }

  @Post(':id/companies')
  @View('identity/team/person')
  async link(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Param('id', ParseUUIDPipe) id: string,
    @Form(linkForm) form: FormState<z.output<typeof linkForm>>,
  ) {
    if (!(await this.roles.isKnown(form.values['role']))) form.fail('role', 'web.form.choice');
    await form.attempt(({ company, role }) => this.companies.link(actor, company, id, role));
    return form.failed ? this.view(visit, actor, id, form) : seeOther(`${PATH}/${id}`, 'identity.person.linked');
  }

  @Post(':id/deactivation')
  async deactivate(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Param('id', ParseUUIDPipe) id: string,
    @Form(leavingForm) form: LeavingForm,
  ) {
    const asked = await this.leaving.asked(visit, actor, id, form, {
      action: `${PATH}/${id}/deactivation`,
      back: { href: `${PATH}/${id}`, label: visit.t('identity.people.title') },
    });
    if (asked) return asked;
    await this.deactivations.deactivate(actor, id);
    return seeOther(`${PATH}/${id}`, 'identity.person.deactivated');
  }

  @Post(':id/activation')
  async activate(@CurrentActor() actor: PortalActor, @Param('id', ParseUUIDPipe) id: string) {
    await this.deactivations.reactivate(actor, id);
    return seeOther(`${PATH}/${id}`, 'identity.person.activated');
  }

  private async view(visit: Visit, actor: PortalActor, id: string, form?: FormState<unknown>) {
    const row = await this.list.person(actor, id);
    const manages = id !== actor.id && (await this.deactivations.mayShutOut(actor, row));
    const links = holds(actor.ability, 'create', 'Membership') && row.teamRole === null; // into any company
    const { rows: all } = links ? await this.list.companies(actor, { limit: 500 }) : { rows: [] };
    const labelOf = await this.roles.labels((key) => visit.t(key));
    const has = new Set(row.companies.map((company) => company.id));
    return {
      person: {
        id,
        name: row.name,
        email: row.email,
        phone: row.phone,
        state: stateOf(row),
        locale: languageName(row.locale ?? visit.locale),
        timeZone: row.timeZone ?? visit.timeZone,
        registeredAt: row.createdAt,
        lastSeen: row.lastSeen,
      },
      companies: row.companies.map((company) => ({
        id: company.id,
        name: company.name,
        href: `/console/companies/${company.id}`,
        roleLabel: labelOf(company.role),
        can: { remove: allowed(actor.ability, 'administer', 'Membership', { companyId: company.id }) },
      })),
      panels: await piecesOf(this.slots.of(personPanels), (panel) => panel.load(actor, id, visit)),
      form: form ?? visit.form({ role: 'user' }),
      companyOptions: all
        .filter((company) => !has.has(company.id))
        .map((company) => ({ value: company.id, label: company.name })),
      roles: await this.roles.options(
        (key) => visit.t(key),
        () => true,
      ),
      can: {
        deactivate: manages && row.status !== 'deactivated',
        activate: manages && row.status === 'deactivated',
        link: links,
      },
    };
  }
}

const stateOf = ({ status, verified }: PersonRow) =>
  status === 'deactivated' ? 'deactivated' : verified ? 'active' : 'unverified';
