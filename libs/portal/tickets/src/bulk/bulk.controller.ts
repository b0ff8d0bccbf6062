import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { NotFound } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';
import { Ask, type Asked, ConsoleController, id, safeReturn, seeOther, View } from '@foyer/web';
import { inboxFilter, inboxFilters } from '../team/inbox-filter.js';
import type { TicketAction } from '../ticket-actions.js';
import { bulkForm } from '../ticket-forms.js';
import { parseTicketNumber } from '../ticket-number.js';
import { TicketViews } from '../views/ticket-views.js';
import { type BulkChange, BulkChanges } from './bulk-changes.js';
import { bulkOutcome } from './bulk-outcome.js';

const PATH = '/console/tickets';
const REFRESH_SECONDS = 2;
const undoForm = z.object({ back: z.string().max(2000).default('') });
const changing = { form: bulkForm };
const looking = { params: { item: id }, given: ['back'] } as const;
const undoing = { params: { item: id }, form: undoForm };

/** The same change to many tickets: those ticked on the page, or all that the list finds. */
@ConsoleController('tickets/bulk', { feature: 'tickets', can: ['update', 'Desk'] })
export class BulkController {
  constructor(
    private readonly bulk: BulkChanges,
    private readonly views: TicketViews,
  ) {}

  @Post()
  async change(@Ask(changing) { actor, form }: Asked<typeof changing, PortalActor>) {
    const back = safeReturn(form.values['back'], PATH);
    if (form.failed) return seeOther(back, 'web.form.wrong', 'bad');
    const actions = actionsOf(form.value);
    const { ticket, all } = form.value;
    if (ticket.length === 0 && !all) return seeOther(back, 'tickets.inbox.none-selected', 'bad');
    if (actions.length === 0) return seeOther(back, 'tickets.bulk.nothing', 'bad');
    const picked = all ? await this.filterOf(actor, back) : ticket.map(numberOf);
    return this.onward(await this.bulk.start(actor, picked, actions), back);
  }

  @Get(':item')
  @View('tickets/team/bulk')
  async progress(@Ask(looking) { visit, actor, item: id, back: asked }: Asked<typeof looking, PortalActor>) {
    const change = await this.bulk.find(actor, id);
    const running = change.status === 'waiting' || change.status === 'undoing';
    if (running) visit.refreshIn(REFRESH_SECONDS);
    return {
      ...{ id, total: change.total, done: change.done, changed: change.changed, status: change.status, running },
      ...bulkOutcome(visit, change),
      back: safeReturn(asked, PATH),
    };
  }

  @Post(':item/undoing')
  async undo(@Ask(undoing) { actor, item: id, form }: Asked<typeof undoing, PortalActor>) {
    await this.bulk.undo(actor, id);
    return this.onward(await this.bulk.find(actor, id), safeReturn(form.values['back'], PATH));
  }

  private onward({ id, status }: BulkChange, back: string) {
    const separator = back.includes('?') ? '&' : '?';
    return seeOther(
      status === 'done' || status === 'undone'
        ? `${back}${separator}bulk=${id}`
        : `${PATH}/bulk/${id}?${new URLSearchParams({ back }).toString()}`,
    );
  }

  private async filterOf(actor: PortalActor, address: string) {
    const asked = inboxFilters.parse(Object.fromEntries(new URL(address, 'http://x').searchParams));
    const saved = await this.views.named(actor, asked.view);
    return inboxFilter(asked, actor, saved);
  }
}

function actionsOf({ status, priority, assignee, group, tag }: z.output<typeof bulkForm>): TicketAction[] {
  return [
    ...(status ? [{ do: 'status' as const, to: status.status, statusId: status.statusId }] : []),
    ...(priority ? [{ do: 'priority' as const, to: priority }] : []),
    ...(assignee ? [{ do: 'assign' as const, to: assignee === 'none' ? null : assignee }] : []),
    ...(group ? [{ do: 'group' as const, to: group === 'none' ? null : group }] : []),
    ...(tag ? [{ do: 'tag' as const, add: [tag], remove: [] }] : []),
  ];
}

function numberOf(text: string): number {
  const number = parseTicketNumber(text);
  if (number === null) throw new NotFound();
  return number;
}
