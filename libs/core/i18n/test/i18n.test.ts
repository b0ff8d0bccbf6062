import { effort } from '@foyer/app-cli/testing/effort';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  direction,
  formatters,
  isTimeZone,
  Messages,
  MissingMessage,
  negotiateLocale,
  timeZones,
} from '../src/index.js';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

function localesFolder(files: Record<string, unknown>): string {
  const folder = mkdtempSync(join(tmpdir(), 'locales-'));
  folders.push(folder);
  for (const [locale, content] of Object.entries(files)) {
    writeFileSync(join(folder, `${locale}.json`), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

function textsOf(files: Record<string, unknown>): Messages {
  const messages = new Messages({ strict: true });
  messages.register('shop', pathToFileURL(localesFolder(files) + '/'));
  return messages;
}

function tolerant(files: Record<string, unknown>): Messages {
  const messages = textsOf(files);
  messages.tolerateGaps();
  return messages;
}

describe('messages', () => {
  test('come from nested and flat keys under their namespace', () => {
    const messages = textsOf({ en: { list: { title: 'Orders' }, 'list.empty': 'None yet' } });
    expect(messages.translate('en', 'shop.list.title')).toBe('Orders');
    expect(messages.translate('en', 'shop.list.empty')).toBe('None yet');
  });

  test('follow ICU plurals of the language', () => {
    const messages = textsOf({
      en: { count: '{n, plural, one {# order} other {# orders}}' },
      ar: {
        count: '{n, plural, zero {لا طلبات} one {طلب واحد} two {طلبان} few {# طلبات} many {# طلبًا} other {# طلب}}',
      },
    });
    expect(messages.translate('en', 'shop.count', { n: 1 })).toBe('1 order');
    expect(messages.translate('en', 'shop.count', { n: 2500 })).toBe('2,500 orders');
    expect(messages.translate('ar', 'shop.count', { n: 0 })).toBe('لا طلبات');
    expect(messages.translate('ar', 'shop.count', { n: 2 })).toBe('طلبان');
    expect(messages.translate('ar', 'shop.count', { n: 11 })).toContain('طلبًا');
  });

  test('fall back from region to language to English', () => {
    const messages = textsOf({
      en: { a: 'a-en', b: 'b-en', c: 'c-en' },
      de: { a: 'a-de', b: 'b-de' },
      'de-AT': { a: 'a-at' },
    });
    expect(['a', 'b', 'c'].map((key) => messages.translate('de-AT', `shop.${key}`))).toEqual(['a-at', 'b-de', 'c-en']);
  });

  test('the fallback keeps its own plural rules', () => {
    const messages = textsOf({ en: { count: '{n, plural, one {one} other {many}}' } });
    expect(messages.translate('ar', 'shop.count', { n: 2 })).toBe('many');
  });

  test('a missing key is an error while developing and its last part in production', () => {
    expect(() => textsOf({ en: {} }).translate('en', 'shop.list.title')).toThrow(MissingMessage);
    expect(tolerant({ en: {} }).translate('en', 'shop.list.title')).toBe('title');
  });

  test('a missing value is an error while developing and no dead page in production', () => {
    const files = { en: { hello: 'Hello {name}' } };
    expect(() => textsOf(files).translate('en', 'shop.hello')).toThrow(/name/);
    expect(tolerant(files).translate('en', 'shop.hello')).toBe('hello');
  });

  test('markup in a message or a value is text', () => {
    const messages = textsOf({ en: { hello: '<b>{name}</b>' } });
    expect(messages.translate('en', 'shop.hello', { name: '<i>' })).toBe('<b><i></b>');
  });

  test('an apostrophe that would swallow its placeholder is refused when loading', () => {
    expect(() => textsOf({ fr: { a: "l'{name}" } })).toThrow(/’/);
    expect(textsOf({ fr: { a: 'l’{name}' } }).translate('fr', 'shop.a', { name: 'eau' })).toBe('l’eau');
  });

  test('broken files name themselves', () => {
    expect(() => textsOf({ en: '{' })).toThrow(/en\.json/);
    expect(() => textsOf({ en: { list: ['x'] } })).toThrow(/"list"/);
  });

  test('a namespace has one owner', () => {
    const messages = textsOf({ en: {} });
    expect(() => messages.register('shop', localesFolder({ en: {} }))).toThrow(/already belongs/);
  });

  test.each([
    ['Ended by {name}.', 'Shop Ltd.', 'Ended by Shop Ltd.'],
    ['Ended by \u2068{name}\u2069.', 'Shop Ltd.', 'Ended by \u2068Shop Ltd.\u2069'],
    ['Ended by {name}.', 'Shop', 'Ended by Shop.'],
    ['{name} waits …', 'Wait...', 'Wait... waits …'],
    ['Said {name}.', 'Wait...', 'Said Wait....'],
    ['In {name}.', 'a..b/../c', 'In a..b/../c.'],
  ])('a name that ends in a full stop ends the sentence, too: %s', (text, name, read) => {
    expect(textsOf({ en: { text } }).translate('en', 'shop.text', { name })).toBe(read);
  });

  test('refresh reads what changed on disk, cached fallbacks too', () => {
    const folder = localesFolder({ en: { a: 'before' } });
    const messages = new Messages({ strict: true });
    messages.register('shop', folder);
    expect(messages.translate('de', 'shop.a')).toBe('before');
    writeFileSync(join(folder, 'en.json'), '{"a":"after"}');
    messages.refresh();
    expect(messages.translate('de', 'shop.a')).toBe('after');
  });
});

describe('negotiateLocale', () => {
  const available = ['en', 'de', 'fr', 'es', 'ar'];
  test.each([
    ['de-CH, fr;q=0.9', 'de'],
    ['pt-BR, es;q=0.4, fr;q=0.8', 'fr'],
    ['*', 'en'],
    ['AR-eg', 'ar'],
    ['de;q=0, fr;q=0.1', 'fr'],
    ['', 'en'],
    [undefined, 'en'],
    ['nonsense;;;q=abc,,,', 'en'],
  ])('%s → %s', (header, expected) => {
    expect(negotiateLocale(header, available, 'en')).toBe(expected);
  });

  test('another region of the same language is better than another language', () => {
    expect(negotiateLocale('pt-PT, fr;q=0.5', ['en', 'fr', 'pt-BR'], 'en')).toBe('pt-BR');
  });

  test('55: a hostile header costs no time', async () => {
    const seconds = await effort(() => {
      negotiateLocale('a;'.repeat(500_000), available, 'en');
      negotiateLocale(','.repeat(1_000_000), available, 'en');
    });
    expect(seconds).toBeLessThan(3);
  });
});

test('a message in Arabic runs from right to left whatever name stands first in it', () => {
  const on = '\u2068{a}\u2069 على \u2068{b}\u2069';
  const messages = textsOf({ en: { on }, ar: { on } });
  const said = (locale: string) => messages.translate(locale, 'shop.on', { a: 'Chrome', b: 'Linux' });
  // The rule of `dir=auto` (HTML, “auto-directionality”): the first letter of any strong direction, isolated or not.
  const first = (text: string) => /[\u200f\p{L}]/u.exec(text)![0];
  expect([first(said('ar')), first(said('en'))]).toEqual(['\u200f', 'C']);
});

test('direction', () => {
  expect(direction('ar-EG')).toBe('rtl');
  expect(direction('de')).toBe('ltr');
});

describe('formatters', () => {
  const moment = '2026-03-01T22:30:00Z';

  test('dates stand in the reader’s zone and language', () => {
    expect(formatters('en', 'UTC').date(moment)).toBe('Mar 1, 2026');
    expect(formatters('de', 'Asia/Tokyo').date(moment, 'dateTime')).toBe('02.03.2026, 07:30');
    expect(formatters('fr', 'Europe/Paris').date(moment, 'month')).toBe('mars 2026');
  });

  test('relative times choose a fitting unit', () => {
    const from = (seconds: number) => formatters('en').relative(Date.parse(moment) + seconds * 1000, moment);
    expect(from(-20)).toBe('now');
    expect(from(-61)).toBe('1 minute ago');
    expect(from(-3_590)).toBe('1 hour ago');
    expect(from(-86_000)).toBe('yesterday');
    expect(from(2 * 86_400)).toBe('in 2 days');
    expect(from(-60 * 86_400)).toBe('2 months ago');
    expect(from(-700 * 86_400)).toBe('2 years ago');
  });

  test('sizes', () => {
    const fileSize = (bytes: number) => formatters('en').fileSize(bytes);
    expect([0, 1, 999, 1_536, 1_048_000, 12_582_912].map(fileSize)).toEqual([
      '0 bytes',
      '1 byte',
      '999 bytes',
      '1.5 kB',
      '1 MB',
      '12 MB',
    ]);
    expect(formatters('fr').fileSize(1_572_864)).toMatch(/^1,5\sMo$/);
  });

  test('are made once per locale and zone', () => {
    expect(formatters('de', 'Europe/Berlin')).toBe(formatters('de', 'Europe/Berlin'));
  });

  test('what the runtime makes for them is made once, however often it is asked', () => {
    let made = 0;
    const { NumberFormat, ListFormat } = Intl;
    const counted = (kind: typeof NumberFormat | typeof ListFormat) =>
      new Proxy(kind, { construct: (real, args) => ((made += 1), Reflect.construct(real, args)) as object });
    Object.assign(Intl, { NumberFormat: counted(NumberFormat), ListFormat: counted(ListFormat) });
    for (let n = 0; n < 20; n += 1) {
      formatters('de-CH').number(n, { style: 'unit', unit: 'hour' });
      formatters('de-CH').fileSize(n);
      formatters('de-CH').list([`${n}`], 'unit');
    }
    expect(made).toBe(3);
    for (let n = 1; n < 200; n += 1) formatters('de-CH').number(n, { minimumIntegerDigits: (n % 20) + 1 });
    Object.assign(Intl, { NumberFormat, ListFormat });
    expect(formatters('de-CH').number(1.5, { minimumFractionDigits: 2 })).toBe('1.50');
  });

  test('an unknown zone or locale does not fail the page', () => {
    expect(formatters('en', 'Mars/Base').timeZone).toBe('UTC');
    expect(formatters('!!', 'UTC').locale).toBe('en');
    expect(isTimeZone('Europe/Berlin')).toBe(true);
    expect(isTimeZone('Mars/Base')).toBe(false);
    for (const zone of ['Asia/Kolkata', 'Europe/Kyiv', 'UTC', 'Europe/Berlin'])
      expect(timeZones(zone).filter((one) => one === zone)).toEqual([zone]);
    expect(timeZones('Mars/Base')).not.toContain('Mars/Base');
  });

  test('a wrong style or date is an error', () => {
    expect(() => formatters('en').date(moment, 'fancy' as never)).toThrow(/Unknown date style/);
    expect(() => formatters('en').date('soon')).toThrow(/Not a date/);
  });
});
