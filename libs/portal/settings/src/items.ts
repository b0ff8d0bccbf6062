import { randomUUIDv7 } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { z } from 'zod';
import { Conflict } from '@foyer/access';
import { apart, Database, rows, sql, table } from '@foyer/database';
import { Outbox, Signals } from '@foyer/events';
import { currentTenant } from '@foyer/tenancy';
import { keepUnknown, readItems } from './other-versions.js';
import { MAX_ITEMS } from './section.js';
import { changedItems, SettingsChanged } from './settings.events.js';

/** A thing of a list: the team's, or somebody's own. */
export interface Item {
  id: string;
  /** A person; null or absent: the team's. */
  ownerId?: string | null;
}
/** An ordered list kept as rows of the table `item`, because it grows or each person has things of their own in it. */
export interface ItemList<T extends Item> {
  readonly name: string;
  readonly item: z.ZodType<T>;
  /** So many has the team, and so many each person. */
  readonly max: { team: number; own: number };
}
const declared = new Set<string>();

/** Call at module level. Fields that come later need a default, so that items stored before are still read. */
export function declareItems<T extends Item>(
  name: string,
  item: z.ZodType<T>,
  { team = MAX_ITEMS, own = 0 } = {},
): ItemList<T> {
  if (declared.has(name)) throw new Error(`Two lists of items are called ${name}`);
  declared.add(name);
  return { name, item, max: { team, own } };
}

/** The signal that says: this tenant's items are not what they were. */
const ITEMS_CHANGED = 'items';
const MAX_TENANTS = 5_000;
/** Signals may get lost with a connection; nothing stays wrong for longer than this. */
const FRESH_MS = 5 * 60_000;

interface Row {
  id: string;
  ownerId: string | null;
  position: number;
  data: Record<string, unknown>;
}
type Known = Map<string, Promise<readonly Item[]>>;

/** Lists of items: read from memory as a rule, one list and owner at a time, and written row by row. */
@Injectable()
export class Items implements OnModuleInit {
  private readonly known = new LRUCache<string, Known>({ max: MAX_TENANTS, ttl: FRESH_MS });
  /** By tenant and list, how many rows could not be read when they were last. */
  private readonly aside = new LRUCache<string, Map<string, number>>({ max: MAX_TENANTS });

  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly signals: Signals,
  ) {}

  onModuleInit(): void {
    this.signals.on(ITEMS_CHANGED, (id) => (id === null ? this.known.clear() : this.known.delete(id)));
  }

  /** The team's, then those of the owner, each in their order. The same array as long as nothing changes. */
  async all<T extends Item>(list: ItemList<T>, ownerId: string | null = null): Promise<readonly T[]> {
    const { id } = currentTenant();
    const known: Known = this.known.get(id) ?? new Map();
    if (known.size === 0) this.known.set(id, known);
    const key = `${list.name} ${ownerId}`;
    const before = known.get(key) as Promise<readonly T[]> | undefined;
    if (before) return before;
    const reading = apart(() => this.read(list, ownerId)).then((read) => this.readable(list, read));
    known.set(key, reading);
    reading.catch(() => known.delete(key));
    return reading;
  }

  /** The same as the enclosing write sees it; `everyone`: of every owner. */
  async stored<T extends Item>(list: ItemList<T>, owner: string | null | 'everyone' = null): Promise<T[]> {
    return this.readable(list, await this.read(list, owner));
  }

  /** Rows that this version cannot read, as far as it has met them: by list, how many. */
  setAside(): ReadonlyMap<string, number> {
    return this.aside.get(currentTenant().id) ?? new Map();
  }

  /**
   * Makes the next list from the one before, which holds the team's things and those of the owner; two at once follow one another.
   * @throws Conflict when the team or the owner would have more than there is room for
   */
  async update<T extends Item>(
    list: ItemList<T>,
    ownerId: string | null,
    to: (before: T[]) => readonly T[],
    actorId: string | null = ownerId,
  ): Promise<{ before: T[]; after: readonly T[] }> {
    return this.database.write(async () => {
      await this.database.inTurn(`items ${list.name}`);
      const stored = await this.read(list, ownerId);
      const before = this.readable(list, stored);
      const after = to([...before]).map((item) => list.item.parse(item));
      mustFit(list, before, after);
      if (await this.keep(list, stored, before, after)) {
        await this.outbox.publish(new SettingsChanged(list.name, ['items'], actorId, changedItems(before, after)));
        await this.forget();
      }
      return { before, after };
    });
  }

  private async keep<T extends Item>(list: ItemList<T>, stored: Row[], before: T[], after: readonly T[]) {
    const rowOf = new Map(stored.map((row) => [row.id, row]));
    const were = new Map(before.map((item) => [item.id, item]));
    const are = new Set(after.map(({ id }) => id));
    const gone = before.filter(({ id }) => !are.has(id)).map(({ id }) => id);
    let last = 0;
    const changed = after.flatMap((item) => {
      const row = rowOf.get(item.id);
      const { id, ownerId = null, ...data } = item;
      const kept = keepUnknown(row?.data, were.get(id), data) as Row['data'];
      // Whoever stays in order keeps their place, so that a move touches few rows.
      const position = row && row.position > last ? row.position : last + 1;
      last = position;
      const same =
        row &&
        row.position === position &&
        row.ownerId === ownerId &&
        JSON.stringify(row.data) === JSON.stringify(kept);
      return same ? [] : [{ id, owner_id: ownerId, position, data: kept }];
    });
    if (gone.length === 0 && changed.length === 0) return false;
    await this.database.write(async (em) => {
      await rows(em, sql`delete from ${table('item')} where kind = ${list.name} and id = any(${gone}::uuid[])`);
      await rows(
        em,
        sql`insert into ${table('item')} as i (kind, id, owner_id, position, data)
            select ${list.name}, id, owner_id, position, data
              from jsonb_to_recordset(${JSON.stringify(changed)}::jsonb) as x(id uuid, owner_id uuid, position int, data jsonb)
            on conflict (id) do update set owner_id = excluded.owner_id, position = excluded.position, data = excluded.data,
              version = i.version + 1, updated_at = now()`,
      );
    });
    return true;
  }

  private async read(list: ItemList<Item>, owner: string | null | 'everyone'): Promise<Row[]> {
    const whose = owner === 'everyone' ? sql`` : sql`and (owner_id is null or owner_id = ${owner}::uuid)`;
    return this.database.read((em) =>
      rows<Row>(
        em,
        sql`select id, owner_id as "ownerId", position, data from ${table('item')}
             where kind = ${list.name} ${whose} order by owner_id nulls first, position, id`,
      ),
    );
  }

  private readable<T extends Item>(list: ItemList<T>, stored: readonly Row[]): T[] {
    const { value, aside } = readItems(
      list.item,
      stored.map(({ id, ownerId, data }) => ({ ...data, id, ownerId })),
    );
    const { id } = currentTenant();
    const counts = this.aside.get(id) ?? new Map<string, number>();
    if (aside.length > 0) this.aside.set(id, counts.set(list.name, aside.length));
    else counts.delete(list.name);
    return value;
  }

  /** Inside the write that changes something: all processes forget when it commits. */
  private async forget(): Promise<void> {
    const { id } = currentTenant();
    await this.database.write((em) => this.signals.send(em, ITEMS_CHANGED, id));
    // The signal also comes here, but the page after the redirect may be asked for before it does.
    this.database.afterCommit(() => this.known.delete(id));
  }
}

function mustFit<T extends Item>({ max }: ItemList<T>, before: readonly T[], after: readonly T[]): void {
  for (const [isOf, room] of [
    [({ ownerId }: Item) => !ownerId, max.team],
    [({ ownerId }: Item) => Boolean(ownerId), max.own],
  ] as const) {
    const count = after.filter(isOf).length;
    if (count > room && count > before.filter(isOf).length)
      throw new Conflict('settings.collection.full', { max: room });
  }
}

/** A thing with an id of its own. */
export const identified = <T extends object>(item: T): T & { id: string } => ({ ...item, id: randomUUIDv7() });
