import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { growth, LINEAR } from '@foyer/app-cli/testing/effort';
import { FormTooLarge, readForm } from '@foyer/web';

const LIMITS = { bytes: 4 * 1024 * 1024, pairs: 500, files: 3, fileBytes: 1024 * 1024 };
const URLENCODED = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data; boundary=b';
const part = (about: string, content: string) =>
  `--b\r\nContent-Disposition: form-data; ${about}\r\n\r\n${content}\r\n`;
const file = (bytes: number) => part('name="f"; filename="f.txt"', 'x'.repeat(bytes));

let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer((req, res) => {
    const reading = read(req);
    server.emit('reading', req, reading);
    void reading.then(([status, answer]) => res.writeHead(status).end(JSON.stringify(answer)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => void server.close());

async function read(req: IncomingMessage): Promise<[number, unknown]> {
  const files: (string | number)[][] = [];
  try {
    const pairs = await readForm(req, LIMITS, async ({ field, name, content, surplus }) => {
      await new Promise(setImmediate); // as whoever makes a folder first
      files.push([field, name, (await buffer(content)).length, ...(surplus ? ['surplus'] : [])]);
    });
    return [200, { pairs: pairs.length < 20 ? pairs : pairs.length, files }];
  } catch (error) {
    return error instanceof FormTooLarge ? [413, error.pairs.slice(0, 2)] : [400, null];
  }
}

async function post(type: string, body: string, headers: Record<string, string> = {}): Promise<[number, unknown]> {
  const answer = await fetch(url, { method: 'POST', body, headers: { 'content-type': type, ...headers } });
  return [answer.status, await answer.json()];
}

test('whoever hangs up in the middle, wherever that is, ends their own form and nothing else', async () => {
  const body = `${part('name="a"', 'words')}${file(200_000)}--b--\r\n`;
  const head = `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${MULTIPART}\r\nContent-Length: ${body.length}\r\n\r\n`;
  for (const sent of [0, 40, 100, 200, 1_000, 70_000, 190_000, body.length - 1]) {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
    const begun = once(server, 'reading') as Promise<[IncomingMessage, ReturnType<typeof read>]>;
    socket.write(head + body.slice(0, sent));
    const [req, reading] = await begun;
    // What was sent has come, as far as the form is read at all.
    for (let tries = 0; req.socket.bytesRead < head.length + sent && tries < 1_000; tries++)
      await new Promise(setImmediate);
    socket.resetAndDestroy();
    expect([sent, await reading]).toEqual([sent, [400, null]]);
  }
  expect(await post(URLENCODED, 'a=1')).toEqual([200, { pairs: [['a', '1']], files: [] }]);
});

test('pairs and files come as they were sent', async () => {
  expect(await post(URLENCODED, 'a=1&b=%C3%BC+x&a=2&c')).toEqual([
    200,
    {
      pairs: [
        ['a', '1'],
        ['b', 'ü x'],
        ['a', '2'],
        ['c', ''],
      ],
      files: [],
    },
  ]);
  const body = `${part('name="a"', 'ü')}${part('name="f"; filename="Grüße.txt"', 'hello')}--b--\r\n`;
  expect(await post(MULTIPART, body)).toEqual([200, { pairs: [['a', 'ü']], files: [['f', 'Grüße.txt', 5]] }]);
});

test.each([
  ['filename="a"b.png"', 'a_b.png'],
  ['filename="a".png"; filename*=UTF-8\'\'%C3%BC.png', 'ü.png'],
  ['filename=two words.png', 'two words.png'],
  ['filename="a %22b%22 50%25.png"', 'a "b" 50%25.png'],
  ['filename="a\tb.png"', 'a\tb.png'],
  ['filename="unfinished.png', 'unfinished.png'],
  ['filename="Grüße; name=x.png"', 'Grüße; name=x.png'],
])('a file is not lost for its name: %s', async (about, name) => {
  const body = `${part(`name="f"; ${about}`, 'hello')}${part('name="a"', 'kept')}--b--\r\n`;
  expect(await post(MULTIPART, body)).toEqual([200, { pairs: [['a', 'kept']], files: [['f', name, 5]] }]);
});

test('whatever a file is called, in whatever pieces it comes, it is taken or the form is refused', async () => {
  const letters = [
    '"',
    '\\',
    ';',
    ' ',
    '=',
    "'",
    '*',
    '%',
    '\t',
    '\x7f',
    'a',
    '.',
    'ü',
    '/',
    'name=',
    'filename=',
    '--b',
  ];
  const name = fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 12 }).map((all) => all.join(''));
  await fc.assert(
    fc.asyncProperty(name, fc.boolean(), fc.integer({ min: 1, max: 40 }), async (given, quoted, piece) => {
      const about = quoted ? `filename="${given}"` : `filename=${given}`;
      // So a browser says that no file was chosen.
      fc.pre(about !== 'filename=""');
      const body = Buffer.from(`${part(`name="f"; ${about}`, 'hello\r\n--')}${part('name="a"', 'kept')}--b--\r\n`);
      const pieces = Array.from({ length: Math.ceil(body.length / piece) }, (_, at) =>
        body.subarray(at * piece, (at + 1) * piece),
      );
      const req = Object.assign(Readable.from(pieces), { headers: { 'content-type': MULTIPART } });
      const [status, answer] = await read(req as unknown as IncomingMessage);
      if (status === 200)
        expect(answer).toEqual({ pairs: [['a', 'kept']], files: [[expect.any(String), expect.any(String), 9]] });
      else expect(status).toBe(400);
    }),
    { numRuns: 300 },
  );
});

test('a part that nobody can read is told', async () => {
  const nameless = '--b\r\nContent-Type: image/png\r\n\r\nhello\r\n';
  expect(await post(MULTIPART, `${nameless}${part('name="a"', 'kept')}--b--\r\n`)).toEqual([400, null]);
});

test('a file that is too large is cut off, and the words that came with it are there', async () => {
  const body = `${file(1024 * 1024 + 5_000)}${part('name="a"', 'kept')}--b--\r\n`;
  expect(await post(MULTIPART, body)).toEqual([
    200,
    { pairs: [['a', 'kept']], files: [['f', 'f.txt', 1024 * 1024 + 1]] },
  ]);
});

test('a file too many is named and not kept, and what came with it is there', async () => {
  const body = `${file(2).repeat(LIMITS.files + 1)}${part('name="a"', 'kept')}--b--\r\n`;
  const [status, { pairs, files }] = (await post(MULTIPART, body)) as [number, { pairs: unknown; files: unknown[] }];
  expect([status, pairs]).toEqual([200, [['a', 'kept']]]);
  expect(files).toEqual([...Array<unknown>(LIMITS.files).fill(['f', 'f.txt', 2]), ['f', 'f.txt', 2, 'surplus']]);
});

test('of more than can be taken, the words that came before are there', async () => {
  const body = `${part('name="a"', 'typed')}${file(12 * 1024 * 1024)}--b--\r\n`;
  expect(await post(MULTIPART, body)).toEqual([413, [['a', 'typed']]]);
});

test.each([
  ['more bytes than agreed', URLENCODED, `a=${'x'.repeat(LIMITS.bytes)}`],
  ['more pairs than agreed', URLENCODED, 'a&'.repeat(LIMITS.pairs + 1)],
  ['a name without end', URLENCODED, `${'a'.repeat(1_000)}=1`],
  ['more fields than agreed', MULTIPART, `${part('name="a"', '').repeat(LIMITS.pairs + 1)}--b--\r\n`],
  ['a hundred files too many', MULTIPART, `${file(1).repeat(LIMITS.files + 101)}--b--\r\n`],
  [
    'more words in fields than agreed',
    MULTIPART,
    `${part('name="a"', 'x'.repeat(LIMITS.bytes / 3)).repeat(4)}--b--\r\n`,
  ],
  ['a field name without end', MULTIPART, `${part(`name="${'a'.repeat(1_000)}"`, '')}--b--\r\n`],
  ['far too much of one file', MULTIPART, `${file(12 * 1024 * 1024)}--b--\r\n`],
])('%s is too large', async (_, type, body) => {
  expect((await post(type, body))[0]).toBe(413);
});

test.each<[string, string, string, Record<string, string>]>([
  ['no boundary', 'multipart/form-data', part('name="a"', '1'), {}],
  ['no end', MULTIPART, part('name="a"', '1'), {}],
  ['a header without end', MULTIPART, `--b\r\nX: ${'x'.repeat(100_000)}`, {}],
  ['something packed', URLENCODED, 'a=1', { 'content-encoding': 'gzip' }],
])('%s cannot be read', async (_, type, body, headers) => {
  expect((await post(type, body, headers))[0]).toBe(400);
});

test.each<[string, string, (bytes: number) => string]>([
  ['pairs', URLENCODED, (bytes) => 'a&'.repeat(bytes / 2)],
  ['escapes', URLENCODED, (bytes) => `a=${'%41'.repeat(bytes / 3)}`],
  ['broken escapes', URLENCODED, (bytes) => `a=${'%'.repeat(bytes)}`],
  ['fields', MULTIPART, (bytes) => part('name="a"', '').repeat(bytes / 60)],
  ['half boundaries', MULTIPART, (bytes) => `--b\r\n\r\n${'\r\n--'.repeat(bytes / 4)}`],
  ['headers', MULTIPART, (bytes) => `--b\r\n${'X: y\r\n'.repeat(bytes / 6)}`],
  ['one long header', MULTIPART, (bytes) => `--b\r\nContent-Disposition: form-data; ${'a=b; '.repeat(bytes / 5)}`],
])('%s take time that grows as the form does', async (_, type, body) => {
  expect(await growth(LIMITS.bytes, (bytes) => post(type, body(bytes)))).toBeLessThan(LINEAR);
});
