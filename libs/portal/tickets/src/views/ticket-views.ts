import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { Conflict, holds, InvalidField, NotFound, Refused } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';
import { Groups, type TicketGroup } from '@foyer/requests';
import { Collections, declareItems, identified, Items, moved, mustBeAsOpened, Uses, wellFormed } from '@foyer/settings';
import { field } from '@foyer/web';
import { inConditions } from '../conditions/mentions.js';
import { type Conditions, ticketConditions } from '../conditions/ticket-conditions.js';
import { LIST_ORDERS, type ListOrder, UNDONE, type ViewFilter } from '../ticket-filter.js';

const savedView = z.object({
  id: z.uuid(),
  name: field.text(60),
  /** Whose it is alone; null: shared. */
  ownerId: z.uuid().nullable(),
  /** Shared with one group of agents; null: with the whole team. */
  groupId: z.uuid().nullable().default(null),
  order: z.enum(LIST_ORDERS).default('touched'),
  conditions: ticketConditions,
  /** Words to be found in them. */
  search: z.string().max(100).default(''),
});
export type SavedView = z.output<typeof savedView>;
const MAX_OF_ONE = 20;
const savedViews = declareItems<SavedView>('ticket-views', savedView, { own: MAX_OF_ONE });

export interface ViewDraft {
  name: string;
  /** A group by its id. */
  share: 'nobody' | 'team' | (string & {});
  order?: ListOrder;
  conditions: Conditions;
  search?: string;
}

export const STANDARD_VIEWS = ['inbox', 'mine', 'unassigned', 'pending', 'snoozed', 'solved', 'all'] as const;
export type StandardView = (typeof STANDARD_VIEWS)[number];

/** What waits for the team comes in the order in which it is due, without what is laid aside; what is over, by when it was last touched. */
export function standardFilter(view: StandardView, actor: PortalActor): ViewFilter {
  const awake = { snoozed: false };
  if (view === 'mine') return { ...awake, statuses: UNDONE, assignee: actor.id, order: 'due' };
  if (view === 'unassigned') return { ...awake, statuses: UNDONE, assignee: 'none', order: 'due' };
  if (view === 'pending') return { ...awake, statuses: ['pending', 'on_hold'], order: 'touched' };
  if (view === 'snoozed') return { snoozed: true, order: 'touched' };
  if (view === 'solved') return { statuses: ['solved', 'closed'], order: 'touched' };
  return view === 'inbox' ? { ...awake, statuses: ['open'], order: 'due' } : { order: 'touched' };
}

/** Views of the inbox that agents keep, for themselves, a group or the team. From memory: they cost no statement. */
@Injectable()
export class TicketViews implements OnModuleInit {
  constructor(
    private readonly items: Items,
    private readonly uses: Uses,
    private readonly groups: Groups,
    private readonly collections: Collections,
  ) {}

  onModuleInit(): void {
    this.uses.add(savedViews, {
      kind: 'tickets.views.title',
      name: ({ name }) => name,
      page: ({ id, ownerId }) => (ownerId === null ? `/console/tickets/views/${id}` : null),
    });
  }

  /** The shared ones, then one's own, each in their order. */
  async of(actor: PortalActor): Promise<SavedView[]> {
    const items = await this.items.all(savedViews, actor.id);
    return items.filter(this.seenBy(actor, await this.groupsOf(actor)));
  }

  /** The saved view that an address names; none where it names a standard one. @throws NotFound when it is gone */
  async named(actor: PortalActor, name: string): Promise<SavedView | undefined> {
    return (STANDARD_VIEWS as readonly string[]).includes(name) ? undefined : this.find(actor, name);
  }

  async find(actor: PortalActor, id: string): Promise<SavedView> {
    const view = (await this.of(actor)).find((one) => one.id === id);
    if (!view) throw new NotFound();
    return view;
  }

  /** As the enclosing write sees it. @throws NotFound */
  async stored(actor: PortalActor, id: string): Promise<SavedView> {
    const items = await this.items.stored(savedViews, actor.id);
    return known(items.filter(this.seenBy(actor, await this.groupsOf(actor))), id);
  }

  /** With which groups the actor shares: their own, or all where they set up the portal. */
  async groupsOf({ id, ability }: PortalActor): Promise<readonly TicketGroup[]> {
    const all = await this.groups.all();
    return holds(ability, 'manage', 'Settings') ? all : all.filter(({ memberIds }) => memberIds.includes(id ?? ''));
  }

  /** @throws InvalidField for what no view can ask for, or is not there · Conflict when there are as many as there can be */
  async keep(actor: PortalActor, draft: ViewDraft): Promise<SavedView> {
    const view = await this.made(actor, identified(draft));
    await this.collections.mustBeThere('conditions', inConditions(view.conditions));
    await this.change(actor, (items) => {
      mustHaveRoom(items, view);
      return [...items, view];
    });
    return view;
  }

  /** @throws ChangedMeanwhile when the view is not the `version` any longer that somebody has been changing */
  async replace(actor: PortalActor, id: string, draft: ViewDraft, version?: string): Promise<void> {
    const view = await this.made(actor, { ...draft, id });
    const { conditions } = await this.stored(actor, id);
    await this.collections.mustBeThere('conditions', inConditions(view.conditions), inConditions(conditions));
    await this.change(actor, (items, seen) => {
      const before = known(items.filter(seen), id);
      mustBeAsOpened(version, before, view);
      // What was one's own alone stays so; what was shared and is no longer becomes that of whoever decides it.
      if (view.ownerId !== before.ownerId || view.groupId !== before.groupId) mustHaveRoom(items, view);
      return items.map((one) => (one === before ? view : one));
    });
  }

  async remove(actor: PortalActor, id: string): Promise<void> {
    await this.change(actor, (items, seen) => {
      const found = known(items.filter(seen), id);
      return items.filter((one) => one !== found);
    });
  }

  /** Moves a view among those that stand together: the shared ones, or one's own. */
  async move(actor: PortalActor, id: string, by: number): Promise<void> {
    await this.change(actor, (items, seen) => {
      const found = known(items.filter(seen), id);
      const beside = items.filter((one) => seen(one) && (one.ownerId === null) === (found.ownerId === null));
      const after = moved(beside, found, by);
      return items.map((one) => after[beside.indexOf(one)] ?? one);
    });
  }

  private async made(actor: PortalActor, { share, ...draft }: ViewDraft & { id: string }): Promise<SavedView> {
    const group = (await this.groupsOf(actor)).find((one) => one.id === share);
    // A program has nothing of its own.
    const isOwn = share === 'nobody' && actor.id !== null;
    if (!group && !isOwn && share !== 'team') throw new InvalidField('share', 'web.form.choice');
    return wellFormed(savedView, { ...draft, ownerId: isOwn ? actor.id : null, groupId: group?.id ?? null });
  }

  private seenBy({ id }: PortalActor, groups: readonly TicketGroup[]) {
    return ({ ownerId, groupId }: SavedView): boolean =>
      ownerId === null ? groupId === null || groups.some((group) => group.id === groupId) : ownerId === id;
  }

  private async change(
    actor: PortalActor,
    to: (items: SavedView[], seen: (view: SavedView) => boolean) => SavedView[],
  ): Promise<void> {
    if (!holds(actor.ability, 'update', 'Desk')) throw new Refused();
    const seen = this.seenBy(actor, await this.groupsOf(actor));
    await this.items.update(savedViews, actor.id, (items) => to(items, seen));
  }
}

function mustHaveRoom(items: SavedView[], { ownerId, groupId }: SavedView): void {
  if (items.filter((one) => one.ownerId === ownerId && one.groupId === groupId).length >= MAX_OF_ONE)
    throw new Conflict('tickets.views.too-many', { max: MAX_OF_ONE });
}

function known(items: SavedView[], id: string): SavedView {
  const found = items.find((one) => one.id === id);
  if (!found) throw new NotFound();
  return found;
}
