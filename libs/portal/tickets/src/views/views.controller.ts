import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';
import {
  asDifferent,
  changesOf,
  choice,
  described,
  reshaped,
  saveOpened,
  text,
  type Typed,
  VERSION,
  versionOf,
} from '@foyer/settings';
import {
  Ask,
  type Asked,
  ConsoleController,
  field,
  type FormState,
  id,
  Posts,
  seeOther,
  show,
  View,
  type Visit,
} from '@foyer/web';
import { conditionWords } from '../conditions/condition-words.js';
import { conditionsOf, conditionsView, conditionValues, firstTest } from '../conditions/conditions-form.js';
import type { RuleChoices } from '../conditions/rule-choices.js';
import { conditionsAsked, inboxFilter, inboxFilters } from '../team/inbox-filter.js';
import { countText, TicketList } from '../ticket-list.js';
import { LIST_ORDERS } from '../ticket-filter.js';
import { rowView } from '../ticket-view.js';
import { type SavedView, TicketViews } from './ticket-views.js';
import { ViewChoices } from './view-choices.js';

const INBOX = '/console/tickets';
const PATH = `${INBOX}/views`;
const PREVIEW = 5;
const viewForm = z.looseObject({
  name: field.text(60),
  share: z.string().max(50),
  order: z.enum(LIST_ORDERS).default('touched'),
  search: z.string().trim().max(100).default(''),
});
const ABOUT = described('tickets.views', {
  conditions: text(10_000, { label: 'which' }),
  search: text(100),
  name: text(60),
  order: choice(LIST_ORDERS, 'tickets.views.order', { label: 'tickets.views.order.label' }),
  share: text(100, { label: 'tickets.views.share.label' }),
});
type Form = FormState<z.output<typeof viewForm>>;
const beginning = { query: inboxFilters };
const onItem = { params: { item: id } };
const keeping = { form: viewForm };
const saving = { ...onItem, ...keeping };

/** Views that agents keep for themselves, a group or the team: which tickets, and in which order. */
@ConsoleController('tickets/views', { feature: 'tickets', can: ['update', 'Desk'] })
@Posts<typeof onItem, PortalActor, ViewsController>(onItem, () => PATH, {
  ':item/removal': [({ views }, { actor, item }) => views.remove(actor, item), 'tickets.views.removed'],
  ':item/up': [({ views }, { actor, item }) => views.move(actor, item, -1)],
  ':item/down': [({ views }, { actor, item }) => views.move(actor, item, 1)],
})
export class ViewsController {
  constructor(
    readonly views: TicketViews,
    private readonly choices: ViewChoices,
    private readonly list: TicketList,
  ) {}

  @Get()
  @View('settings/team/collection')
  async all(@Ask() { visit, actor }: Asked<object, PortalActor>) {
    const views = await this.views.of(actor);
    const choices = await this.choices.all(visit, actor, {});
    const together = ({ ownerId }: SavedView) => views.filter((one) => (one.ownerId === null) === (ownerId === null));
    const words = (key: string) => visit.t(`tickets.views.${key}`);
    return {
      ...{ heading: words('list'), lead: words('list-lead'), removeText: words('remove-text') },
      ...{ add: { href: `${PATH}/new`, label: words('add') }, ordered: true, problem: null },
      empty: { heading: words('empty'), text: words('empty-text') },
      items: views.map((view) => ({
        href: `${PATH}/${view.id}`,
        title: view.name,
        text: [view.search && `“${view.search}”`, conditionWords(visit, view.conditions, choices)]
          .filter(Boolean)
          .join(' · '),
        badge: { label: this.sharing(visit, view, choices), tone: view.ownerId ? 'muted' : 'info' },
        enabled: null,
        first: together(view)[0] === view,
        last: together(view).at(-1) === view,
      })),
    };
  }

  /** With the inbox's filters in its address it starts with what is shown there. */
  @Get('new')
  blank(@Ask(beginning) { visit, actor, query: asked }: Asked<typeof beginning, PortalActor>) {
    const conditions = conditionValues(conditionsAsked(asked, actor));
    const { order = 'touched' } = inboxFilter(asked, actor);
    return this.page(visit, actor, null, { share: 'nobody', order, search: asked.q, ...conditions });
  }

  @Post()
  async keep(@Ask(keeping) { visit, actor, form }: Asked<typeof keeping, PortalActor>) {
    return this.take(visit, actor, null, form);
  }

  @Get(':item')
  async edit(@Ask(onItem) { visit, actor, item: id }: Asked<typeof onItem, PortalActor>) {
    const view = await this.views.find(actor, id);
    const { name, ownerId, groupId, order, search, conditions } = view;
    const share = ownerId ? 'nobody' : (groupId ?? 'team');
    return this.page(visit, actor, id, {
      name,
      share,
      order,
      search,
      ...conditionValues(conditions),
      [VERSION]: versionOf(view),
    });
  }

  @Post(':item')
  async save(@Ask(saving) { visit, actor, item: id, form }: Asked<typeof saving, PortalActor>) {
    await this.views.find(actor, id);
    return this.take(visit, actor, id, form);
  }

  /** A row more or less, or a look at what it shows, brings the page back as typed; else it is kept. */
  private async take(visit: Visit, actor: PortalActor, id: string | null, form: Form) {
    const typed: Typed = form.values;
    const choices = await this.choices.all(visit, actor, typed);
    const again = reshaped(typed, { tests: firstTest(choices) });
    if (again) return this.page(visit, actor, id, again, choices);
    const kept = await saveOpened(
      form,
      async ({ name, share, order, search, ...input }, version) => {
        const draft = { name, share, order, search, conditions: conditionsOf(input as Typed, choices) };
        if (id) await this.views.replace(actor, id, draft, version);
        return id ?? (await this.views.keep(actor, draft)).id;
      },
      (wanted, stored) => this.different(visit, wanted as SavedView, stored as SavedView, choices),
    );
    if (kept) return seeOther(`${INBOX}?view=${kept}`, 'tickets.views.kept');
    return this.shown(visit, actor, id, form, choices, 422);
  }

  private async different(visit: Visit, wanted: SavedView, stored: SavedView, choices: RuleChoices) {
    const said = (view: SavedView) => ({
      ...view,
      conditions: conditionWords(visit, view.conditions, choices),
      share: this.sharing(visit, view, choices),
    });
    const changes = await changesOf(ABOUT, said(wanted), said(stored), visit, () => Promise.resolve([]));
    return changes.map((change) => asDifferent(visit, change));
  }

  private async page(visit: Visit, actor: PortalActor, id: string | null, typed: Typed, known?: RuleChoices) {
    const choices = known ?? (await this.choices.all(visit, actor, typed));
    return this.shown(visit, actor, id, visit.form(typed), choices);
  }

  private async shown(
    visit: Visit,
    actor: PortalActor,
    id: string | null,
    form: FormState<unknown>,
    choices: RuleChoices,
    status = 200,
  ) {
    const label = (name: string) => (value: string) => ({ value, label: visit.t(`tickets.views.${name}.${value}`) });
    const groups = (await this.views.groupsOf(actor)).map((group) => ({
      value: group.id,
      label: visit.t('tickets.views.share.group', { group: group.name }),
    }));
    const view = {
      form,
      heading: visit.t(id ? 'tickets.views.title' : 'tickets.views.new'),
      item: id && { id },
      version: id && (form.values[VERSION] ?? null),
      action: id ? `${PATH}/${id}` : PATH,
      back: { href: PATH, label: visit.t('tickets.views.list') },
      shares: [...['nobody', 'team'].map(label('share')), ...groups],
      orders: LIST_ORDERS.map(label('order')),
      conditions: conditionsView(visit, form, choices),
      preview: await this.preview(visit, actor, form, choices),
    };
    return show('tickets/team/view', view, status);
  }

  /** With what stands in the form now, saved or not; null while the conditions are not complete. */
  private async preview(visit: Visit, actor: PortalActor, { values }: FormState<unknown>, choices: RuleChoices) {
    try {
      const order = LIST_ORDERS.find((one) => one === values['order']) ?? 'touched';
      const words = field.search.parse(values['search'] ?? '');
      const filter = { conditions: conditionsOf(values as Typed, choices), order, search: words || null };
      const { rows } = await this.list.page(actor, { ...filter, limit: PREVIEW });
      const count = rows.length < PREVIEW ? rows.length : await this.list.count(actor, filter);
      return { count, text: countText(count), tickets: rows.map((row) => rowView(visit, '/console', row)) };
    } catch (error) {
      if (error instanceof InvalidField) return null;
      throw error;
    }
  }

  private sharing(visit: Visit, { ownerId, groupId }: SavedView, { groups }: RuleChoices): string {
    if (ownerId) return visit.t('tickets.views.own');
    const group = groups.find(({ value }) => value === groupId)?.label;
    return group ?? visit.t('tickets.views.team');
  }
}
