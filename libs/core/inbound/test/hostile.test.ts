import { expect, test } from '@jest/globals';
import { growth, LINEAR } from '@foyer/app-cli/testing/effort';
import { parseMail } from '@foyer/inbound';

const MEGABYTE = 1024 * 1024;
const repeat = (piece: string, bytes: number) => piece.repeat(Math.ceil(bytes / piece.length));

/** Mails that a careless reader takes quadratic time for; each grows with a size. */
const attacks: Record<string, (bytes: number) => string> = {
  'many headers': (bytes) => `${repeat('X-A: b\n', bytes)}\nbody`,
  'one long header': (bytes) => `Subject: ${repeat('a ', bytes)}\n\nbody`,
  'folded header': (bytes) => `Subject: a\n${repeat(' b\n', bytes)}\nbody`,
  'encoded words': (bytes) => `Subject: ${repeat('=?utf-8?q?a?= ', bytes)}\n\nbody`,
  'begun encoded words': (bytes) => `Subject: ${repeat('=?a?b?', bytes)}\n\nbody`,
  'message ids': (bytes) => `References: ${repeat('<a@b> ', bytes)}\n\nbody`,
  'begun message ids': (bytes) => `References: ${repeat('<', bytes)}\n\nbody`,
  addresses: (bytes) => `From: ${repeat('a@b.example,', bytes)}\n\nbody`,
  'address colons': (bytes) => `From: ${repeat('a', bytes / 2)}@${repeat(':', bytes / 2)}\n\nbody`,
  'remarks of an author': (bytes) => `From: ${repeat('(', bytes)} x <a@b.example>\n\nbody`,
  'remarks and words': (bytes) =>
    `From: ${repeat('(', bytes / 2)} x <a@b.example>\nSubject: ${repeat('=?utf-8?b?', bytes / 2)}\n\nbody`,
  parameters: (bytes) => `Content-Type: text/plain; ${repeat('a=b; ', bytes)}\n\nbody`,
  'parameter blanks': (bytes) => `Content-Type: text/plain;${repeat('   ', bytes)}\n\nbody`,
  'continued parameters': (bytes) => `Content-Type: text/plain; ${repeat('a*0=b; ', bytes)}\n\nbody`,
  parts: (bytes) => `Content-Type: multipart/mixed; boundary=b\n\n${repeat('--b\n\nx\n', bytes)}`,
  'half boundaries': (bytes) => `Content-Type: multipart/mixed; boundary=b\n\n${repeat('--bx\n', bytes)}`,
  'blanks in the text': (bytes) => `\n\na${repeat(' ', bytes)}b`,
  'empty lines': (bytes) => `\n\na${repeat('\n', bytes)}b`,
  signatures: (bytes) => `\n\na\n${repeat('-- \n\n\n', bytes)}`,
  announcements: (bytes) => `\n\na\n${repeat('On 1.1.2026 <a@b.example> wrote:\n', bytes)}`,
  'header blocks': (bytes) => `\n\na\n${repeat('From: a\n', bytes)}`,
  'quote marks': (bytes) => `\n\n${repeat('>', bytes)} a`,
  'quotes between answers': (bytes) => `\n\n${repeat('> a\nb\n', bytes)}`,
  'open tags': (bytes) => `Content-Type: text/html\n\n${repeat('<div>', bytes)}`,
  'tags that never close': (bytes) =>
    `Content-Type: text/html\n\n${repeat('<div>', bytes / 2)}${repeat('</p>', bytes / 2)}`,
  'less-than signs': (bytes) => `Content-Type: text/html\n\n${repeat('<', bytes)}`,
  attributes: (bytes) => `Content-Type: text/html\n\n<p ${repeat('a="b" ', bytes)}>x`,
  entities: (bytes) => `Content-Type: text/html\n\n${repeat('&amp;', bytes)}`,
  comments: (bytes) => `Content-Type: text/html\n\n${repeat('<!--', bytes)}`,
  links: (bytes) => `Content-Type: text/html\n\n${repeat('<a href="https://a.example">b', bytes)}`,
  'closed links': (bytes) => `Content-Type: text/html\n\n${repeat('<a href=http://x>y</a>', bytes)}`,
  'links in links': (bytes) =>
    `Content-Type: text/html\n\n${repeat('<a href=http://x>y', bytes / 2)}${repeat('</a>', bytes / 2)}`,
  'links around links': (bytes) => `Content-Type: text/html\n\n${repeat('<b><a href=http://x>y</b>', bytes)}`,
  'long addresses': (bytes) =>
    `Content-Type: text/html\n\n${repeat(`<a href=http://${'x'.repeat(2_000)}>y</a>`, bytes)}`,
  calendar: (bytes) => `Content-Type: text/calendar\n\nBEGIN:VEVENT\n${repeat('SUMMARY:a\n', bytes)}`,
  report: (bytes) => `From: mailer-daemon@a.example\nSubject: failure notice\n\n${repeat('a@b.example:\n', bytes)}`,
  base64: (bytes) => `Content-Transfer-Encoding: base64\n\n${repeat('YQ==', bytes)}`,
  'quoted-printable': (bytes) => `Content-Transfer-Encoding: quoted-printable\n\n${repeat('=', bytes)}`,
};

test.each(Object.keys(attacks))('%s take time that grows as the mail does', async (name) => {
  const sources = new Map<number, Buffer>();
  const read = (bytes: number) => {
    if (!sources.has(bytes)) sources.set(bytes, Buffer.from(attacks[name]!(bytes), 'latin1'));
    parseMail(sources.get(bytes)!);
  };
  expect(await growth(MEGABYTE, read)).toBeLessThan(LINEAR);
});

test('25 MB of attachment are read without a copy for every step', () => {
  const content = Buffer.alloc(25 * MEGABYTE, 7);
  const head =
    'Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSee the film.\n--b\nContent-Type: video/mp4; name=film.mp4\nContent-Transfer-Encoding: base64\n\n';
  const mail = parseMail(Buffer.from(`${head}${content.toString('base64')}\n--b--\n`));
  expect(mail.text).toBe('See the film.');
  expect(mail.attachments[0]!.content.equals(content)).toBe(true);
});
