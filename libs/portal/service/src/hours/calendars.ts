import { z } from 'zod';
import { ALWAYS, type BusinessHours } from '@foyer/hours';
import { isTimeZone } from '@foyer/i18n';
import { declareCollection } from '@foyer/settings';

const DAY = 1440;
const opening = z
  .tuple([z.int().min(0).max(DAY), z.int().min(1).max(DAY)])
  .refine(([from, to]) => from < to, 'service.hours.backwards');

/** When somebody is there, as the operator sets it up. */
export const calendar = z.object({
  id: z.uuid(),
  name: z.string().trim().min(1).max(80),
  /** Null: the portal's own. */
  timeZone: z.string().refine(isTimeZone).nullable().default(null),
  week: z.array(z.array(opening).max(4)).length(7),
  holidays: z
    .array(z.object({ date: z.iso.date(), name: z.string().trim().min(1).max(80), yearly: z.boolean().default(false) }))
    .max(200)
    .default([]),
});
export type Calendar = z.output<typeof calendar>;
export const calendars = declareCollection<Calendar>('business-hours', calendar);

const resolved = new WeakMap<Calendar, Map<string, BusinessHours>>();

/** The hours of a calendar by its id; null, and what is gone, is 24/7. The same object as long as nothing changes. */
export function hoursOf(all: readonly Calendar[], id: string | null, portalZone: string): BusinessHours {
  const found = all.find((one) => one.id === id);
  if (!found) return ALWAYS;
  const timeZone = found.timeZone ?? portalZone;
  let zones = resolved.get(found);
  if (!zones) resolved.set(found, (zones = new Map()));
  let hours = zones.get(timeZone);
  if (!hours) zones.set(timeZone, (hours = { timeZone, week: found.week, holidays: found.holidays }));
  return hours;
}
