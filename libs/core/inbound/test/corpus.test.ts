import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseMail } from '@foyer/inbound';

const folder = new URL('corpus/', import.meta.url);
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.eml'))
  .map((name) => name.slice(0, -'.eml'.length));
const source = (name: string) => readFileSync(new URL(`${name}.eml`, folder));

/** What a mail of the corpus must be read as; what is left out does not matter to it. */
interface Expected {
  text?: string;
  textHas?: string[];
  /** What the folded part begins with, or all of it. */
  quoted?: string;
  quotedIs?: string;
  /** Anywhere: text, folded, or attached. */
  words?: string[];
  subject?: string;
  fromName?: string;
  noFrom?: boolean;
  ambiguousFrom?: boolean;
  hasHtml?: boolean;
  auto?: string;
  quiet?: boolean;
  spam?: boolean;
  /** Of the SMTP envelope with which it came. */
  envelopeFrom?: string;
  /** Who wrote it. */
  author?: string;
  attachments?: [name: string, type: string, inline: boolean][];
  bounce?: Record<string, string>;
}

test('holds mails of at least sixty kinds', () => expect(names.length).toBeGreaterThanOrEqual(60));

test('a subject and a name are one line that can be seen, or none, whatever is in them', () => {
  const letter = fc.constantFrom(
    'a',
    'ü',
    ' ',
    '\t',
    '\u0007',
    '\u0000',
    '\u009b',
    '\u200b',
    '\u202e',
    '\u2066',
    '\ufeff',
    '\u00ad',
    '\u2060',
  );
  fc.assert(
    fc.property(fc.array(letter, { maxLength: 12 }), (letters) => {
      const word = `=?utf-8?b?${Buffer.from(letters.join('')).toString('base64')}?=`;
      const { subject, from } = parseMail(
        Buffer.from(`From: ${word} <ana@mails.example>\r\nSubject: ${word}\r\n\r\nHello`),
      );
      const seen = letters.filter((one) => /[aü]/.test(one)).join('');
      for (const line of [subject, from!.name]) {
        expect(line.replaceAll(' ', '')).toBe(seen);
        expect(line).toBe(line.trim());
      }
    }),
  );
});

test.each(names)('%s', (name) => {
  const expected = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Expected;
  const mail = parseMail(source(name), { envelopeFrom: expected.envelopeFrom });
  if (expected.text !== undefined) expect(mail.text).toBe(expected.text);
  for (const words of expected.textHas ?? []) expect(mail.text).toContain(words);
  if (expected.quoted !== undefined) expect(mail.quoted.slice(0, expected.quoted.length)).toBe(expected.quoted);
  if (expected.quotedIs !== undefined) expect(mail.quoted).toBe(expected.quotedIs);
  const everything = [mail.text, mail.quoted, ...mail.attachments.map(({ content }) => content.toString())].join('\n');
  for (const word of expected.words ?? []) expect(everything).toContain(word);
  if (expected.subject !== undefined) expect(mail.subject).toBe(expected.subject);
  if (expected.fromName !== undefined) expect(mail.from?.name).toBe(expected.fromName);
  if (expected.noFrom) expect(mail.from).toBeNull();
  expect(mail.ambiguousFrom).toBe(expected.ambiguousFrom ?? false);
  if (expected.hasHtml !== undefined) expect(mail.hasHtml).toBe(expected.hasHtml);
  expect(mail.auto).toBe(expected.auto ?? 'no');
  expect([mail.quiet, mail.spam]).toEqual([expected.quiet ?? mail.quiet, expected.spam ?? false]);
  if (expected.author !== undefined) expect(mail.from?.address).toBe(expected.author);
  if (expected.attachments)
    expect(mail.attachments.map(({ name, type, inline }) => [name, type, inline])).toEqual(expected.attachments);
  if (expected.bounce) expect(mail.bounce).toMatchObject(expected.bounce);
  else expect(mail.bounce).toBeNull();
});

test('a domain is written in one way: with empty labels, or other full stops, it is nobody’s', () => {
  const authorOf = (address: string) => parseMail(Buffer.from(`From: Joe <${address}>\n\nHello`)).from?.address ?? null;
  const others = ['wheelhouse.example.', 'wheelhouse..example', '.wheelhouse.example', 'wheelhouse.example..', '.'];
  const dots = ['\u3002', '\uff0e', '\uff61', '\u2024'].map((dot) => `wheelhouse${dot}example`);
  for (const domain of [...others, ...dots]) expect([domain, authorOf(`joe@${domain}`)]).toEqual([domain, null]);
  expect(authorOf('Joe..B.@Wheelhouse.example')).toBe('joe..b.@wheelhouse.example');
});

test('mails that were damaged on their way are still read', () => {
  const mutation = fc.record({
    name: fc.constantFrom(...names),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(400),
    put: fc.uint8Array({ maxLength: 40 }),
  });
  fc.assert(
    fc.property(mutation, ({ name, at, cut, put }) => {
      const raw = source(name);
      const place = Math.floor(raw.length * at);
      parseMail(Buffer.concat([raw.subarray(0, place), put, raw.subarray(place + cut)]));
    }),
    { numRuns: 2_000 },
  );
});

test('bytes at random are read', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => void parseMail(bytes)),
    { numRuns: 500 },
  );
});

test('no word goes missing, however text, quotes and signatures are mixed', () => {
  const phrases = [
    'On Fri, Nov 20, 2026 at 5:02 PM Ana <ana@x.example> wrote:',
    '-----Original Message-----',
    'From: Ana',
    'Sent: Friday',
    'To: Joe',
    'Subject: x',
    '-- ',
    '--',
    'Sent from my iPhone',
    '________________________________',
    '---------- Forwarded message ---------',
    '',
    '> ',
    '>> deep',
  ];
  const line = fc.oneof(
    fc.constantFrom(...phrases),
    fc.tuple(fc.constantFrom('', '> ', '>'), fc.string({ maxLength: 30 })).map((parts) => parts.join('')),
  );
  const turn = fc.constantFrom('', 'Subject: Re: x\n', 'Subject: FW: x\n', 'In-Reply-To: <1@x>\n');
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), turn, (lines, header) => {
      const body = lines.join('\n').replaceAll('\0', '').toWellFormed();
      const { text, quoted } = parseMail(Buffer.from(`${header}Content-Type: text/plain; charset=utf-8\n\n${body}`));
      const kept = `${text}\n${quoted}`.split(/\s+/).filter(Boolean).sort();
      expect(kept).toEqual(body.split(/\s+/).filter(Boolean).sort());
      expect(text === '' && quoted !== '').toBe(false);
    }),
    { numRuns: 2_000 },
  );
});

test('whatever its subject and its words, a mail that answers nothing and forwards nothing is shown to its last line', () => {
  const said = fc.constantFrom(
    ...[
      'From: sensor-1',
      'To: sensor-2 at 10:00',
      'Date: 2026-11-20',
      'Subject: pump',
      'On 1 Dec 2026 I wrote to you:',
    ],
    ...['Sent from our warehouse on Monday.', 'From my phone it works.', 'Von meinem Telefon geht es.', 'Reply: none'],
    ...['Best regards', 'De: la tienda', 'Sent by courier, number 4711', 'El 3 de mayo escribió Ana:', ''],
  );
  fc.assert(
    fc.property(fc.array(said, { minLength: 1, maxLength: 12 }), (lines) => {
      fc.pre(lines.some((one) => one !== ''));
      const { quoted } = parseMail(
        Buffer.from(`Subject: Pump\nContent-Type: text/plain; charset=utf-8\n\n${lines.join('\n')}`),
      );
      expect(quoted).toBe('');
    }),
    { numRuns: 500 },
  );
});

test.each(['On Monday Max wrote:', 'Am Montag schrieb Max:', 'Le lundi, Max a écrit:'])(
  'what stands above “%s” is the sender’s, also where it begins with numbers',
  (announcement) => {
    const mine = 'Please send:\n3 x A-100\n2 x B-200';
    const { text } = parseMail(
      Buffer.from(
        `In-Reply-To: <1@x.example>\nSubject: Re: Order\nContent-Type: text/plain; charset=utf-8\n\n${mine}\n${announcement}\n> old words`,
      ),
    );
    expect(text.startsWith(mine)).toBe(true);
    expect(text).not.toContain('old words');
  },
);

test('a winmail.dat that breaks off is kept as it came, beside what could be read of it', () => {
  const source = readFileSync(new URL('corpus/winmail-file-in-properties.eml', import.meta.url), 'latin1');
  const whole = parseMail(Buffer.from(source, 'latin1'));
  expect(whole.attachments.map(({ name }) => name)).not.toContain('winmail.dat');
  const [, head, body] = /^([^]*ms-tnef[^]*?\r?\n\r?\n)([A-Za-z0-9+/=\r\n]+)/i.exec(source)!;
  const bytes = Buffer.from(body!, 'base64');
  for (const kept of [0.9, 0.6, 0.3]) {
    const cut = bytes.subarray(0, Math.floor(bytes.length * kept)).toString('base64');
    const names = parseMail(Buffer.from(`${head}${cut}\n`, 'latin1')).attachments.map(({ name }) => name);
    expect([kept, names]).toEqual([kept, expect.arrayContaining(['winmail.dat']) as unknown]);
  }
});

const htmlText = (html: string) => parseMail(Buffer.from(`Content-Type: text/html; charset=utf-8\n\n${html}`)).text;

test.each([
  ['numbers of steps', '<ol start=5><li>five<li>six</ol>', '5. five\n6. six'],
  ['numbers given, and backwards', '<ol reversed start=3><li>c<li>b<li value=9>x<li>y</ol>', '3. c\n2. b\n9. x\n8. y'],
  ['letters', '<ol type=a start=26><li>z<li>next</ol><ol type=I start=4><li>four</ol>', 'z. z\naa. next\nIV. four'],
  ['lists in lists', '<ol><li>a<ul><li>b<li>c</ul><li>d</ol>', '1. a\n   - b\n   - c\n2. d'],
  ['items of paragraphs', '<ol><li><p>a</p></li><li><p>b</p></li></ol>', '1. a\n\n2. b'],
  ['many items that nobody ended', `<ul>${'<li>a'.repeat(80)}</ul><p>b`, `${'- a\n'.repeat(80)}\nb`],
  [
    'what is crossed out',
    'now <s>59 €</s> 49 €, <span style="text-decoration: line-through">a<br>b</span>',
    'now ~~59 €~~ 49 €, ~~a~~\n~~b~~',
  ],
  ['powers', '10<sup>2</sup> and the 1<sup>st</sup>', '10² and the 1st'],
  [
    'hidden words',
    '<div style="display: none !important">x</div><p hidden>x</p><div style="max-height:0;overflow:hidden">x</div>a',
    'a',
  ],
  ['what only Outlook hides', '<a style="mso-hide:all">Pay</a>', 'Pay'],
  [
    'empty cells',
    '<table><tr><th>Part<th>Ordered<th>Got<tr><td>EC44<td><td>8<tr><td>EC34<td>10<td></table>',
    'Part | Ordered | Got\nEC44 |  | 8\nEC34 | 10 |',
  ],
  [
    'cells of Word',
    '<table><tr><td><p>a</p></td><td><p>&nbsp;</p></td><td><p>b</p></td></tr><tr><td><p>c</p></td><td><p>d<br>e</p></td></tr></table>',
    'a |  | b\nc | d / e',
  ],
  [
    'cells that reach further',
    '<table><tr><td rowspan=2>a<td>b<td>c<tr><td>d<td>e<tr><td colspan=2>sum<td>9</table>',
    'a | b | c\n| d | e\nsum |  | 9',
  ],
  ['a table in a quote', '<p>a</p><blockquote type=cite><table><tr><td>b<td>c<tr><td>d<td>e</table></blockquote>', 'a'],
  [
    'data in a layout',
    '<table><tr><td>x<table><tr><td>a<td>b<tr><td>c<td>d</table></td></tr><tr><td>y</table>',
    'x\na | b\nc | d\ny',
  ],
  ['a layout of one cell a row', '<table><tr><td>a</td></tr><tr><td>&nbsp;</td><td>b</td></tr></table>', 'a\nb'],
  ['a layout of one row', '<table><tr><td>a<td>b</table>', 'a b'],
  ['a layout that says so', '<table role=presentation><tr><td>a<td>b<tr><td>c<td>d</table>', 'a b\nc d'],
  ['labels', '<table><tr><td>Order:<td>7<tr><td>Date:<td>8</table>', 'Order: 7\nDate: 8'],
])('of HTML, %s mean what they meant', (_name, html, text) => expect(htmlText(html)).toBe(text));

test('a table or crossed-out words are read from the HTML, whatever plain text a program made of them', () => {
  const both = (plain: string, html: string) =>
    parseMail(
      Buffer.from(
        `Content-Type: multipart/alternative; boundary=b\n\n--b\n\n${plain}\n--b\nContent-Type: text/html\n\n${html}\n--b--\n`,
      ),
    ).text;
  expect(both('now 59 49', 'now <s>59</s> 49')).toBe('now ~~59~~ 49');
  expect(both('a\n8\nb\n9', '<table><tr><td>a<td><td>8<tr><td>b<td>9</table>')).toBe('a |  | 8\nb | 9');
  expect(both('*a* b', '<b>a</b> b')).toBe('*a* b');
});

test('of any table, no word of a cell goes missing, and each row of data has its cells in their columns', () => {
  const cell = fc.constantFrom('', 'a', 'b c', '&nbsp;', '<p>d</p>', '<b>e</b>');
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 6 }), (rows) => {
      const html = rows.map((row) => `<tr>${row.map((one) => `<td>${one}</td>`).join('')}</tr>`).join('');
      const plain = rows.map((row) => row.map((one) => one.replace(/<[^>]*>|&nbsp;/g, '')));
      const text = htmlText(`<table>${html}</table>`);
      expect(text.match(/\w/g) ?? []).toEqual(plain.flat().join('').match(/\w/g) ?? []);
      if (plain.filter((row) => row.filter(Boolean).length > 1).length < 2) return expect(text).not.toContain('|');
      expect(text.split('\n')).toEqual(plain.filter((row) => row.some(Boolean)).map((row) => row.join(' | ').trim()));
    }),
  );
});

test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'con-structor', 'nothing'])(
  'a mail whose charset is called %s is read all the same',
  (charset) => {
    const head = `Subject: =?${charset}?Q?Gr=FC=DFe?=\nContent-Type: text/plain; charset=${charset}\nContent-Transfer-Encoding: 8bit`;
    const { text, subject } = parseMail(Buffer.from(`${head}\n\nGr\u00fc\u00dfe aus Bonn`, 'latin1'));
    expect([text.trim(), subject]).toEqual(['Gr\u00fc\u00dfe aus Bonn', 'Gr\u00fc\u00dfe']);
  },
);
