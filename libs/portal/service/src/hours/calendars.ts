import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { ALWAYS, type BusinessHours } from '@foyer/hours';
import { isTimeZone } from '@foyer/i18n';
import { declareReference, declareResource, optionalReference, part, type ResourceItem, text } from '@foyer/settings';
import { onPage } from '../service-list.js';

const DAY = 1440;
const opening = z
  .tuple([z.int().min(0).max(DAY), z.int().min(1).max(DAY)])
  .refine(([from, to]) => from < to, 'service.hours.backwards');

export const timeZoneReference = declareReference('time-zones');

/** When somebody is there, as the operator sets it up. */
export const calendars = declareResource('business-hours', {
  one: 'calendar',
  ...onPage('hours', 'calendar', 10),
  fields: {
    name: text(80, { label: 'service.name' }),
    timeZone: optionalReference(timeZoneReference, {
      ...{ label: 'settings.general.time-zone', none: 'service.hours.portal-zone' },
      id: z.string().refine(isTimeZone, 'web.form.choice'),
    }),
    week: part(z.array(z.array(opening).max(4)).length(7)),
    holidays: part(
      z
        .array(
          z.object({ date: z.iso.date(), name: z.string().trim().min(1).max(80), yearly: z.boolean().default(false) }),
        )
        .max(200)
        .default([]),
    ),
  },
  check({ week }) {
    if (week.every((day) => day.length === 0)) throw new InvalidField('week', 'service.hours.never');
  },
});
export type Calendar = ResourceItem<typeof calendars>;

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
