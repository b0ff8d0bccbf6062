import { z } from 'zod';
import { translate } from '@foyer/i18n';
import { declareReference, declareSection, localized, settingNow, translations } from '@foyer/settings';

export const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const;
export type Priority = (typeof PRIORITIES)[number];

const named = z.object({
  name: z.string().max(40).default(''),
  translations: translations({ name: z.string().max(40) }),
});
const none = { name: '', translations: {} };
export const priorityNames = declareSection(
  'ticket-priorities',
  z.object(Object.fromEntries(PRIORITIES.map((priority) => [priority, named.default(none)]))) as unknown as z.ZodType<
    Record<Priority, z.output<typeof named>>
  >,
);

/** A priority in the operator's own words. */
export function priorityName(locale: string, priority: string): string {
  const own = settingNow(priorityNames)[priority as Priority];
  return (own && localized(own, 'name', locale)) || translate(locale, `requests.priority.${priority}`);
}

export const priorityOptions = ({ locale }: { locale: string }) =>
  PRIORITIES.map((value) => ({ value, label: priorityName(locale, value) }));

/** The four, in the operator's words. */
export const priorityReference = declareReference('priorities');
