import { InvalidField } from '@foyer/access';
import { firstDayOfWeek } from '@foyer/i18n';
import { one, type Typed } from '@foyer/settings';

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
type Day = (typeof DAYS)[number];
type Span = [from: number, to: number];
/** A day may open twice: before and after lunch. */
const PARTS = ['a', 'b'] as const;
const MIDNIGHT = 1440;
/** A Monday. */
const MONDAY = Date.UTC(2024, 0, 1);

export const dayName = (locale: string, day: number, style: 'long' | 'short' = 'long'): string =>
  new Intl.DateTimeFormat(locale, { weekday: style, timeZone: 'UTC' }).format(MONDAY + day * 86_400_000);

/** The days in the order of a region, by their places in `DAYS`. */
export const weekFrom = (first: number): number[] => DAYS.map((_, day) => (first + day) % 7);

const time = (minutes: number): string =>
  `${String(Math.floor(minutes / 60) % 24).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

export function spanValues(week: readonly (readonly (readonly [number, number])[])[]): Typed {
  const entries = week.flatMap((spans, day) =>
    PARTS.flatMap((part, index) => {
      const span = spans[index];
      const name = `${DAYS[day]!}-${part}`;
      return span
        ? [
            [`${name}-from`, time(span[0])],
            [`${name}-to`, time(span[1])],
          ]
        : [];
    }),
  );
  return Object.fromEntries(entries) as Typed;
}

/** One opening as it was typed; null where nothing was. Until 00:00 is until midnight. @throws InvalidField */
export function spanOf(typed: Typed, day: Day, part: (typeof PARTS)[number]): Span | null {
  const name = (what: string) => `${day}-${part}-${what}`;
  const [from, to] = ['from', 'to'].map((what) => minutesOf(typed[name(what)], name(what))) as [
    number | null,
    number | null,
  ];
  if (from === null && to === null) return null;
  if (from === null) throw new InvalidField(name('from'), 'web.form.required');
  if (to === null) throw new InvalidField(name('to'), 'web.form.required');
  const until = to === 0 ? MIDNIGHT : to;
  if (until <= from) throw new InvalidField(name('to'), 'service.hours.backwards');
  return [from, until];
}

function minutesOf(typed: Typed[string], name: string): number | null {
  const text = one(typed).trim();
  if (text === '' && !Array.isArray(typed)) return null;
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (!match || Array.isArray(typed)) throw new InvalidField(name, 'service.hours.wrong-time');
  return Number(match[1]) * 60 + Number(match[2]);
}

/** "Mon–Fri 09:00–17:00": neighbours with the same times as one, from the day on which the region's week begins. */
export function weekWords(region: string, week: readonly (readonly (readonly [number, number])[])[]): string {
  const words = week.map((spans) => spans.map(([from, to]) => `${time(from)}–${time(to)}`).join(', '));
  const runs: { from: number; to: number; text: string }[] = [];
  for (const day of weekFrom(firstDayOfWeek(region))) {
    const text = words[day]!;
    const last = runs.at(-1);
    if (last && last.text === text) last.to = day;
    else runs.push({ from: day, to: day, text });
  }
  const name = (day: number) => dayName(region, day, 'short');
  return runs
    .filter(({ text }) => text !== '')
    .map(({ from, to, text }) => `${from === to ? name(from) : `${name(from)}–${name(to)}`} ${text}`)
    .join(', ');
}
