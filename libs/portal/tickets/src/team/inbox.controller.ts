import { Get } from '@nestjs/common';
import { holds } from '@foyer/access';
import { type PortalActor } from '@foyer/identity';
import { Groups, priorityOptions, Requests, Statuses, typeName } from '@foyer/requests';
import { Ask, type Asked, ConsoleController, filterView, listView, seeOther, View, type Visit } from '@foyer/web';
import { BulkChanges } from '../bulk/bulk-changes.js';
import { bulkOutcome } from '../bulk/bulk-outcome.js';
import { conditionValues, speakOfGone } from '../conditions/conditions-form.js';
import { inConditions } from '../conditions/mentions.js';
import { countText, TicketList } from '../ticket-list.js';
import { TicketSurroundings } from './ticket-surroundings.js';
import { LIST_ORDERS, type ListOrder } from '../ticket-filter.js';
import { type SavedView, STANDARD_VIEWS, TicketViews } from '../views/ticket-views.js';
import { ViewChoices } from '../views/view-choices.js';
import { inboxFilter, inboxFilters } from './inbox-filter.js';
import { rowView, statusChoices } from '../ticket-view.js';

export const PATH = '/console/tickets';
const PAGE = 50;
const listing = { query: inboxFilters };

/** Where agents work: views at the side, filters above, and the tickets in the order that the view has or the reader chooses. */
@ConsoleController('tickets', { feature: 'tickets', can: ['read', 'Desk'] })
export class InboxController {
  constructor(
    private readonly list: TicketList,
    private readonly surroundings: TicketSurroundings,
    private readonly views: TicketViews,
    private readonly choices: ViewChoices,
    private readonly bulk: BulkChanges,
    private readonly groups: Groups,
    private readonly requests: Requests,
    private readonly statuses: Statuses,
  ) {}

  @Get()
  @View('tickets/team/inbox')
  async inbox(@Ask(listing) { visit, actor, query: asked }: Asked<typeof listing, PortalActor>) {
    const saved = await this.views.of(actor);
    const current = saved.find(({ id }) => id === asked.view);
    const standard = STANDARD_VIEWS.find((name) => name === asked.view) ?? 'inbox';
    if (!current && standard !== asked.view) return seeOther(PATH, 'tickets.views.gone', 'info');
    const filter = inboxFilter(asked, actor, current);
    const { rows, next, previous } = await this.list.page(actor, {
      ...filter,
      cursor: asked.cursor,
      limit: PAGE,
    });
    const { counts, agents, companies } = await this.surroundings.surroundings(actor, [
      ...STANDARD_VIEWS.map((name) => ({ name, filter: inboxFilter({ view: name }, actor) })),
      ...saved.map((view) => ({ name: view.id, filter: inboxFilter({ view: view.id }, actor, view) })),
    ]);
    const shown = current?.id ?? standard;
    const viewLink = (id: string, label: string) => ({
      label,
      href: id === 'inbox' ? PATH : `${PATH}?view=${id}`,
      current: id === shown,
      count: countText(counts[id] ?? 0),
    });
    const { q, status, assignee, company, requester, group, type, priority, tag } = asked;
    const filters = { status, assignee, company, requester, group, type, priority, tag };
    const filtered = q !== '' || Object.values(filters).some((value) => value !== null);
    const statuses = await statusChoices(visit, this.statuses);
    const groups = (await this.groups.all()).map(({ id, name }) => ({ value: id, label: name }));
    const types = (await this.requests.types()).map((one) => ({ value: one.id, label: typeName(one, visit.locale) }));
    const choice = (name: keyof typeof filters, options: { value: string; label: string }[]) =>
      filterView(visit, PATH, { name, label: visit.t(`tickets.field.${name}`), current: filters[name], options });
    const works = holds(actor.ability, 'update', 'Desk');
    const here = visit.link(PATH, { cursor: asked.cursor, bulk: null });
    return {
      heading: current?.name ?? visit.t(`tickets.view.${standard}`),
      view: current
        ? { id: current.id, href: `${PATH}/views/${current.id}`, gone: await this.speaksOfGone(visit, actor, current) }
        : null,
      views: STANDARD_VIEWS.map((name) => viewLink(name, visit.t(`tickets.view.${name}`))),
      saved: saved.map(({ id, name, ownerId }) => ({ ...viewLink(id, name), own: ownerId !== null })),
      manage: works ? `${PATH}/views` : null,
      save:
        works && (filtered || standard !== 'inbox') && !current
          ? visit.link(`${PATH}/views/new`, { cursor: null })
          : null,
      filters: [
        choice('status', statuses),
        choice('assignee', [{ value: 'none', label: visit.t('tickets.nobody') }, ...agents]),
        choice('priority', priorityOptions(visit)),
        ...(groups.length > 0 ? [choice('group', groups)] : []),
        ...(types.length > 1 ? [choice('type', types)] : []),
        choice('company', companies),
        this.sorting(visit, filter.order, asked.sort !== null),
      ],
      tag,
      ...listView(visit, PATH, {
        q: q || null,
        filters: { view: shown === 'inbox' ? null : shown, sort: asked.sort, ...filters },
        next,
        previous,
      }),
      filtered,
      cleared: filtered ? (shown === 'inbox' ? PATH : `${PATH}?view=${shown}`) : null,
      tickets: rows.map((row) => rowView(visit, '/console', row)),
      export: holds(actor.ability, 'export', 'Desk')
        ? visit.link(`${PATH}/export`, { cursor: null, bulk: null })
        : null,
      create: holds(actor.ability, 'open-for', 'Desk') ? `${PATH}/new` : null,
      bulk: works
        ? {
            action: `${PATH}/bulk`,
            back: here,
            more: next !== null || previous !== null,
            statuses,
            priorities: priorityOptions(visit),
            assignees: [{ value: 'none', label: visit.t('tickets.nobody') }, ...agents],
            groups,
          }
        : null,
      changed: asked.bulk ? await this.changed(visit, actor, asked.bulk, here) : null,
    };
  }

  private async speaksOfGone(visit: Visit, actor: PortalActor, { conditions }: SavedView): Promise<boolean> {
    if (!inConditions(conditions).some(({ ids }) => ids.length > 0)) return false;
    return speakOfGone(conditions, await this.choices.all(visit, actor, conditionValues(conditions)));
  }

  /** The view's own order is named, and stands out only when another was chosen. */
  private sorting(visit: Visit, order: ListOrder = 'touched', chosen: boolean) {
    const label = visit.t('tickets.views.order.label');
    const options = LIST_ORDERS.map((value) => ({ value, label: visit.t(`tickets.views.order.${value}`) }));
    const menu = filterView(visit, PATH, { name: 'sort', label, current: order, options });
    return chosen ? menu : { ...menu, label: `${visit.t('web.form.named', { label })} ${menu.active}`, active: null };
  }

  /** What was done a moment ago, with the way back. */
  private async changed(visit: Visit, actor: PortalActor, id: string, back: string) {
    const change = await this.bulk.find(actor, id).catch(() => null);
    if (!change) return null;
    return { ...bulkOutcome(visit, change), back };
  }
}
