import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { allowed, holds } from '@foyer/access';
import { languageName } from '@foyer/i18n';
import { piecesOf, Slots } from '@foyer/slots';
import {
  Ask,
  type Asked,
  ConsoleController,
  field,
  filterView,
  type FormState,
  id,
  listView,
  Posts,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { Accounts } from '../accounts.js';
import { Deactivations } from '../deactivations.js';
import { Companies } from '../companies.js';
import { roleField } from '../company-view.js';
import { Roles } from '../roles/roles.js';
import { PeopleList, type PersonRow } from '../people-list.js';
import type { PortalActor } from '../portal-actor.js';
import { countsOf, personCounts, personPanels } from './console-slots.js';
import { Leaving, leavingForm } from './leaving.js';

const PATH = '/console/people';
const at = (id: string) => `${PATH}/${id}`;
const PAGE = 50;
const STATES = ['active', 'unverified', 'deactivated'] as const;
const filters = z.object({
  q: field.search,
  state: z.enum(STATES).nullable().catch(null),
  company: z.uuid().nullable().catch(null),
  cursor: z.uuid().nullable().catch(null),
});
const detailsForm = z.object({ name: field.name(100), email: field.email });
const linkForm = z.object({ company: field.id, role: roleField });
const listing = { query: filters };
const onPerson = { params: { id } };
const linking = { params: { id }, form: linkForm };
const correcting = { params: { id }, form: detailsForm };
const deactivating = { params: { id }, form: leavingForm };

@ConsoleController('people', { can: ['browse', 'Person'] })
@Posts<typeof onPerson, PortalActor, PeopleController>(onPerson, ({ id }) => at(id), {
  ':id/activation': [
    ({ deactivations }, { actor, id }) => deactivations.reactivate(actor, id),
    'identity.person.activated',
  ],
})
export class PeopleController {
  constructor(
    private readonly list: PeopleList,
    readonly deactivations: Deactivations,
    private readonly companies: Companies,
    private readonly slots: Slots,
    private readonly roles: Roles,
    private readonly leaving: Leaving,
    private readonly accounts: Accounts,
  ) {}

  @Get()
  @View('identity/team/people')
  async people(
    @Ask(listing) { visit, actor, query: { q, state, company, cursor } }: Asked<typeof listing, PortalActor>,
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
        href: at(row.id),
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
  person(@Ask(onPerson) { visit, actor, id }: Asked<typeof onPerson, PortalActor>) {
    return this.view(visit, actor, id);
  }

  @Post(':id/companies')
  @View('identity/team/person')
  async link(@Ask(linking) { visit, actor, id, form }: Asked<typeof linking, PortalActor>) {
    if (!(await this.roles.isKnown(form.values['role']))) form.fail('role', 'web.form.choice');
    await form.attempt(({ company, role }) => this.companies.link(actor, company, id, role));
    return form.failed ? this.view(visit, actor, id, form) : seeOther(at(id), 'identity.person.linked');
  }

  @Post(':id/details')
  @View('identity/team/person')
  async correct(@Ask(correcting) { visit, actor, id, form }: Asked<typeof correcting, PortalActor>) {
    const isAsked = await form.attempt((details) => this.accounts.correct(actor, id, details));
    if (form.failed) return this.view(visit, actor, id, undefined, form);
    return seeOther(at(id), isAsked ? 'identity.person.corrected' : 'settings.saved');
  }

  @Post(':id/deactivation')
  async deactivate(@Ask(deactivating) { visit, actor, id, form }: Asked<typeof deactivating, PortalActor>) {
    const asked = await this.leaving.asked(visit, actor, id, form, {
      action: `${at(id)}/deactivation`,
      back: { href: at(id), label: visit.t('identity.people.title') },
    });
    if (asked) return asked;
    await this.deactivations.deactivate(actor, id);
    return seeOther(at(id), 'identity.person.deactivated');
  }

  private async view(
    visit: Visit,
    actor: PortalActor,
    id: string,
    form?: FormState<unknown>,
    details?: FormState<unknown>,
  ) {
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
      details: details ?? visit.form({ name: row.name, email: row.email }),
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
        correct: await this.accounts.mayCorrect(actor, row),
      },
    };
  }
}

const stateOf = ({ status, verified }: PersonRow) =>
  status === 'deactivated' ? 'deactivated' : verified ? 'active' : 'unverified';
