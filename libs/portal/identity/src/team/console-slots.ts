import { type Piece, Slot, type Slots } from '@foyer/slots';
import type { Visit } from '@foyer/web';
import type { PortalActor } from '../portal-actor.js';

/** Something on the page of a person or a company in the console. */
export interface ConsolePanel {
  /** `head` stands beside the heading, `facts` is a fact among others (`dt`, `dd`), `main` a section of the page. */
  place: 'head' | 'facts' | 'main';
  /** Null: nothing to show. */
  load(actor: PortalActor, id: string, visit: Visit): Promise<Piece | null>;
}
export const personPanels = new Slot<ConsolePanel>('person.panels');
export const companyPanels = new Slot<ConsolePanel>('company.panels');

/** How many of something each person or company of a list has: a column. */
export interface CountColumn {
  /** Message key. */
  label: string;
  /** As far as the actor may see them; null where there is no such column. */
  count(actor: PortalActor, ids: string[]): Promise<ReadonlyMap<string, number> | null>;
}
export const personCounts = new Slot<CountColumn>('people.counts');
export const companyCounts = new Slot<CountColumn>('companies.counts');

/** The columns of a list, and what stands in them beside each of its rows. */
export async function countsOf(
  slots: Slots,
  slot: Slot<CountColumn>,
  actor: PortalActor,
  rows: { id: string }[],
  t: (key: string) => string,
) {
  const ids = rows.map(({ id }) => id);
  const columns: { label: string; counts: ReadonlyMap<string, number> }[] = [];
  for (const { label, count } of slots.of(slot)) {
    const counts = await count(actor, ids);
    if (counts) columns.push({ label: t(label), counts });
  }
  return {
    columns: columns.map(({ label }) => label),
    countsBeside: (id: string) => columns.map(({ label, counts }) => ({ label, count: counts.get(id) ?? 0 })),
  };
}
