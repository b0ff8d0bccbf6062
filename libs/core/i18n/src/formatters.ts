export const DATE_STYLES = ['short', 'date', 'long', 'dateTime', 'time', 'month', 'weekday', 'exact'] as const;
export type DateStyle = (typeof DATE_STYLES)[number];
export type ListKind = 'conjunction' | 'disjunction' | 'unit';
export type Instant = Date | string | number;

const dateOptions: Record<DateStyle, Intl.DateTimeFormatOptions> = {
  short: { dateStyle: 'short' },
  date: { dateStyle: 'medium' },
  long: { dateStyle: 'long' },
  dateTime: { dateStyle: 'medium', timeStyle: 'short' },
  time: { timeStyle: 'short' },
  month: { year: 'numeric', month: 'long' },
  weekday: { weekday: 'long' },
  exact: { dateStyle: 'full', timeStyle: 'long' },
};

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
// Below the bound, count in the unit: 90 minutes reads as "2 hours ago", 45 days as "2 months ago".
const relativeUnits: [bound: number, unit: Intl.RelativeTimeFormatUnit, length: number][] = [
  [HOUR, 'minute', MINUTE],
  [DAY, 'hour', HOUR],
  [7 * DAY, 'day', DAY],
  [30 * DAY, 'week', 7 * DAY],
  [365 * DAY, 'month', 30.44 * DAY],
  [Infinity, 'year', 365.25 * DAY],
];

const sizeUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

// Writing a date in full takes longer than everything else on a line of a list, and lists show the same dates again and again.
const written = new Map<string, string>();
const WRITTEN_LIMIT = 20_000;
const NUMBERS_LIMIT = 50;

/** Dates, numbers and sizes as one reader wants them. Get one by `formatters(locale, timeZone)`, which keeps it. */
export class Formatters {
  private readonly dates = new Map<DateStyle, Intl.DateTimeFormat>();
  private readonly numbers = new Map<string, Intl.NumberFormat>();
  private readonly lists = new Map<ListKind, Intl.ListFormat>();
  private readonly relatives: Intl.RelativeTimeFormat;

  constructor(
    readonly locale: string,
    readonly timeZone: string,
  ) {
    this.relatives = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  }

  date(value: Instant, style: DateStyle = 'date'): string {
    let format = this.dates.get(style);
    if (!format) {
      const options = dateOptions[style];
      if (!options) throw new RangeError(`Unknown date style "${style}": use ${DATE_STYLES.join(', ')}`);
      format = new Intl.DateTimeFormat(this.locale, { ...options, timeZone: this.timeZone });
      this.dates.set(style, format);
    }
    const at = instant(value);
    const key = `${this.locale}|${this.timeZone}|${style}|${at.getTime()}`;
    let text = written.get(key);
    if (text === undefined) {
      text = format.format(at);
      if (written.size >= WRITTEN_LIMIT) written.clear();
      written.set(key, text);
    }
    return text;
  }

  /** "now", "3 hours ago", "in 2 days" */
  relative(value: Instant, now: Instant = Date.now()): string {
    const distance = instant(value).getTime() - instant(now).getTime();
    const size = Math.abs(distance);
    if (size < MINUTE) return this.relatives.format(0, 'second');
    for (const [bound, unit, length] of relativeUnits) {
      const count = Math.round(size / length);
      // Rounding must not say "60 minutes" where "1 hour" is meant.
      if (size < bound && count * length < bound) return this.relatives.format(Math.sign(distance) * count, unit);
    }
    return this.relatives.format(0, 'second');
  }

  number(value: number, options?: Intl.NumberFormatOptions): string {
    const key = options ? JSON.stringify(options) : '';
    let format = this.numbers.get(key);
    if (!format) {
      format = new Intl.NumberFormat(this.locale, options);
      // What a tenant's template asks for is without end.
      if (this.numbers.size >= NUMBERS_LIMIT) this.numbers.clear();
      this.numbers.set(key, format);
    }
    return format.format(value);
  }

  /** Decimal units (1 kB = 1,000 bytes), as operating systems and mail programs show them. */
  /** As Windows and most of the web count: a megabyte has 1,024 kilobytes. */
  fileSize(bytes: number): string {
    let index = 0;
    let size = Math.max(0, bytes);
    while (size >= 999.5 && index < sizeUnits.length - 1) {
      size /= 1_024;
      index++;
    }
    const unit = sizeUnits[index]!;
    const digits = index === 0 || size >= 10 ? 0 : 1;
    const unitDisplay = unit === 'byte' ? 'long' : 'short';
    return this.number(size, { style: 'unit', unit, unitDisplay, maximumFractionDigits: digits });
  }

  /** @param amount in the currency's smallest unit: 1900 of EUR are €19.00, of JPY ¥1,900. Whole amounts go without their zeros. */
  money(amount: number, currency: string): string {
    const code = currency.toUpperCase();
    const digits = new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions()
      .maximumFractionDigits!;
    const options = {
      ...({ style: 'currency', currency: code, currencyDisplay: 'narrowSymbol' } as const),
      trailingZeroDisplay: 'stripIfInteger' as const,
    };
    return this.number(amount / 10 ** digits, options);
  }

  list(items: Iterable<string>, type: ListKind = 'conjunction'): string {
    let format = this.lists.get(type);
    if (!format) this.lists.set(type, (format = new Intl.ListFormat(this.locale, { type })));
    return format.format(items);
  }
}

function instant(value: Instant): Date {
  const date = value instanceof Date ? value : new Date(value);
  if (Number.isNaN(date.getTime())) throw new RangeError(`Not a date: ${String(value)}`);
  return date;
}

const cache = new Map<string, Formatters>();
const CACHE_LIMIT = 500;

/** The formatters of a locale and zone, made once. An unknown zone or locale reads as UTC or English instead of failing a page. */
export function formatters(locale: string, timeZone = 'UTC'): Formatters {
  const key = `${locale}|${timeZone}`;
  let found = cache.get(key);
  if (!found) {
    found = new Formatters(supportedLocale(locale), isTimeZone(timeZone) ? timeZone : 'UTC');
    if (cache.size >= CACHE_LIMIT) cache.clear();
    cache.set(key, found);
  }
  return found;
}

/**
 * Every time zone to choose from, and the one that is chosen: browsers say `Asia/Kolkata` where the runtime's list has
 * `Asia/Calcutta`, and what is not in a list would be changed by whoever saves the page.
 */
export function timeZones(chosen?: string | null): string[] {
  const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];
  return !chosen || zones.includes(chosen) || !isTimeZone(chosen) ? zones : [...zones, chosen].sort();
}

export function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

function supportedLocale(locale: string): string {
  try {
    const found = Intl.DateTimeFormat.supportedLocalesOf(locale)[0] ?? 'en';
    // In some places the calendar of people is another one; that of tickets and clocks is ours.
    return new Intl.DateTimeFormat(found).resolvedOptions().calendar === 'gregory' ? found : `${found}-u-ca-gregory`;
  } catch {
    return 'en';
  }
}
