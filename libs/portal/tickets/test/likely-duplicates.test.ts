import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { effort, type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { alike, sameWords, tellingWords } from '../src/asking/word-likeness.js';

test.each([
  ['plural and singular', 'printer', 'printers'],
  ['plural and singular', 'invoice', 'invoices'],
  ['deux nombres', 'facture', 'factures'],
  ['dos números', 'impresora', 'impresoras'],
  ['zwei Fälle', 'Rechnung', 'Rechnungen'],
  ['مفرد وجمع', 'طابعة', 'الطابعات'],
  ['another ending', 'printing', 'printer'],
  ['a letter missing', 'elevator', 'elevtor'],
  ['two letters swapped', 'password', 'passwrod'],
  ['a wrong letter', 'elevator', 'elevatar'],
  ['two mistakes in a long word', 'authentication', 'autenticaton'],
  ['without an accent', 'Störung', 'storung'],
  ['the second part of a compound', 'Rechnung', 'Monatsrechnung'],
  ['the first part of a compound', 'Drucker', 'Druckerpatrone'],
  ['an inflected part of a compound', 'Rechnungen', 'Monatsrechnung'],
  ['a part of an inflected compound', 'Rechnung', 'Monatsrechnungen'],
  ['with hamza and without', 'إيقاف', 'ايقاف'],
  ['capitals', 'VPN', 'vpn'],
])('%s: %s, %s', (_, one, other) => {
  const [[a], [b]] = [tellingWords(one), tellingWords(other)];
  expect([alike(a!, b!), alike(b!, a!)]).toEqual([true, true]);
});

test.each([
  ['ticket', 'wicket'],
  ['light', 'right'],
  ['account', 'accept'],
  ['mail', 'main'],
  ['invoice', 'invent'],
  ['order-10432', 'order-10433'],
  ['Konto', 'Kontrast'],
  ['keyboard', 'dashboard'],
])('%s and %s are two things', (one, other) => {
  const [[a], [b]] = [tellingWords(one).slice(-1), tellingWords(other).slice(-1)];
  expect([alike(a!, b!), alike(b!, a!)]).toEqual([false, false]);
});

test('what stands in any complaint tells nothing', () => {
  for (const line of [
    'Hello, please help, it does not work any more',
    'Bitte um Hilfe, es geht nicht mehr',
    'Bonjour, cela ne fonctionne pas',
    'Hola, no funciona desde entonces',
    'مرحبا، لا يعمل منذ',
  ])
    expect(tellingWords(line)).toEqual([]);
});

test('any line is as like itself as can be, in whatever order, and nothing throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.string({ maxLength: 200 }), (one, other) => {
      const words = tellingWords(one);
      expect(sameWords(words, [...words].reverse())).toBe(words.length);
      expect(sameWords(words, tellingWords(other))).toBeLessThanOrEqual(words.length);
    }),
  );
});

test('hundreds of long lines without a word in common are compared in a moment', async () => {
  const long = Array.from({ length: 12 }, (_, at) => `organisation${'abcdefghijkl'[at]}lly`).join(' ');
  const before = Array.from({ length: 400 }, () => long.replaceAll('lly', 'lyl'));
  const seconds = await effort(() => {
    for (const subject of before) sameWords(tellingWords(long), tellingWords(subject));
  });
  expect(seconds).toBeLessThan(3);
});

describe('before a ticket is sent', () => {
  let acme: TestTenant;
  let lea: Visitor;
  beforeAll(async () => {
    const world = await World.start();
    acme = await world.tenant('acme');
    const person = await (await acme.customer('Lea')).of('Globex', 'company_user');
    for (const subject of [
      'Printers on the second floor print blank pages',
      'Monatsrechnung für Oktober fehlt',
      'Password reset mail never arrives',
      'الطابعات في الطابق الثاني معطلة',
    ])
      await person.opens(subject);
    lea = await person.browser();
  });
  const offered = async (subject: string) => {
    const page = await lea.get(`/tickets/suggestions?subject=${encodeURIComponent(subject)}`);
    return [...page.text.matchAll(/TKT-00\d/g)].map(([number]) => number);
  };

  test.each([
    ['Printer on second floor prints blank page', 'TKT-001'],
    ['blank pages from the printer, floor two', 'TKT-001'],
    ['Prniter prints blanc pages', 'TKT-001'],
    ['Rechnung Oktober', 'TKT-002'],
    ['Rechnungen vom Oktober', 'TKT-002'],
    ['No mail arriving to reset my pasword', 'TKT-003'],
    ['طابعة الطابق الثاني لا تعمل', 'TKT-004'],
  ])('%s', async (subject, number) => {
    expect(new Set(await offered(subject))).toEqual(new Set([number]));
  });

  test.each(['Elevator does not arrive', 'Holiday calendar for next year', 'The second screen flickers'])(
    '%s: nothing is like it',
    async (subject) => {
      expect(await offered(subject)).toEqual([]);
    },
  );

  test('nor is anything that others have asked', async () => {
    const other = await (await (await acme.customer('Max')).of('Initech', 'company_admin')).browser();
    const page = await other.get('/tickets/suggestions?subject=Printers+on+the+second+floor+print+blank+pages');
    expect(page.text).not.toContain('TKT-001');
  });
});
