import { formatters } from '@foyer/i18n';

/** Open time in the reader's words: "4 hr 30 min". Hours at the most: how long a day is depends on the calendar. */
export function durationWords(region: string, minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), Math.round(minutes % 60)];
  const part = (value: number, unit: 'hour' | 'minute') =>
    formatters(region).number(value, { style: 'unit', unit, unitDisplay: 'short' });
  const parts = [
    ...(hours > 0 ? [part(hours, 'hour')] : []),
    ...(rest > 0 || hours === 0 ? [part(rest, 'minute')] : []),
  ];
  return parts.join(' ');
}
