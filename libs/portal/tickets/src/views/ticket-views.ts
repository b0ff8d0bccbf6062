import { randomUUIDv7 } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Conflict, NotFound } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';
import { declareCollection, Settings } from '@foyer/settings';
import { type Conditions, ticketConditions } from '../conditions/ticket-conditions.js';
import { UNDONE, type ViewFilter } from '../ticket-list.js';

const savedView = z.object({
  id: z.uuid(),
  name: z.string().min(1).max(60),
  /** Whose it is alone; null: the whole team's. */
  ownerId: z.uuid().nullable(),
  conditions: ticketConditions,
});
export type SavedView = z.output<typeof savedView>;
const savedViews = declareCollection<SavedView>('ticket-views', savedView);
const MAX_OF_ONE = 20;

export const STANDARD_VIEWS = ['inbox', 'mine', 'unassigned', 'pending', 'solved', 'all'] as const;
export type StandardView = (typeof STANDARD_VIEWS)[number];

export function standardFilter(view: StandardView, actor: PortalActor): ViewFilter {
  if (view === 'mine') return { statuses: UNDONE, assignee: actor.id };
  if (view === 'unassigned') return { statuses: UNDONE, assignee: 'none' };
  if (view === 'pending') return { statuses: ['pending', 'on_hold'] };
  if (view === 'solved') return { statuses: ['solved', 'closed'] };
  return view === 'inbox' ? { statuses: UNDONE } : {};
}

/** Views of the inbox that agents keep, for themselves or for the team. From memory: they cost no statement. */
@Injectable()
export class TicketViews {
  constructor(private readonly settings: Settings) {}

  /** The team's, then one's own. */
  async of(actor: PortalActor): Promise<SavedView[]> {
    const { items } = await this.settings.get(savedViews.section);
    const mine = items.filter(({ ownerId }) => ownerId === null || ownerId === actor.id);
    return mine.sort((a, b) => Number(a.ownerId !== null) - Number(b.ownerId !== null));
  }

  async find(actor: PortalActor, id: string): Promise<SavedView> {
    const view = (await this.of(actor)).find((one) => one.id === id);
    if (!view) throw new NotFound();
    return view;
  }

  async keep(
    actor: PortalActor,
    { name, shared, conditions }: { name: string; shared: boolean; conditions: Conditions },
  ): Promise<SavedView> {
    mustWork(actor);
    const view = { id: randomUUIDv7(), name, ownerId: shared ? null : actor.id!, conditions };
    await this.change(actor, (items) => {
      if (items.filter(({ ownerId }) => ownerId === view.ownerId).length >= MAX_OF_ONE)
        throw new Conflict('tickets.views.too-many', { max: MAX_OF_ONE });
      return [...items, view];
    });
    return view;
  }

  async rename(actor: PortalActor, id: string, { name, shared }: { name: string; shared: boolean }): Promise<void> {
    await this.change(actor, (items) => {
      const found = mayChange(actor, items, id);
      return items.map((one) =>
        one === found ? { ...one, name, ownerId: shared ? null : (one.ownerId ?? actor.id!) } : one,
      );
    });
  }

  async remove(actor: PortalActor, id: string): Promise<void> {
    await this.change(actor, (items) => {
      const found = mayChange(actor, items, id);
      return items.filter((one) => one !== found);
    });
  }

  private async change(actor: PortalActor, to: (items: SavedView[]) => SavedView[]): Promise<void> {
    await this.settings.update(savedViews.section, ({ items }) => ({ items: to(items) }), actor.id);
  }
}

function mustWork({ ability }: PortalActor): void {
  if (!ability.can('update', 'Ticket')) throw new NotFound();
}

/** One's own, and the team's by whoever works on tickets. */
function mayChange(actor: PortalActor, items: SavedView[], id: string): SavedView {
  mustWork(actor);
  const found = items.find((one) => one.id === id && (one.ownerId === null || one.ownerId === actor.id));
  if (!found) throw new NotFound();
  return found;
}
