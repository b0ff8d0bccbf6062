import Bowser from 'bowser';
import { verifyRegistrationResponse } from '@simplewebauthn/server';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { stringify } from 'csv-stringify/sync';
import { growth, LINEAR } from '@foyer/app-cli/testing/effort';
import { parseAddressList } from '@foyer/credentials';
import { wordsQuery } from '@foyer/database';
import { begins, forms, has, searchable } from '@foyer/i18n';
import { parseHead } from '@foyer/inbound';
import { parseNumber } from '../../../libs/portal/requests/src/local-number.js';
import { checkCss } from '@foyer/theming';
import { field, readForm } from '@foyer/web';
import { parseForm } from '../../../apps/stripe-sandbox/src/form.js';
import { parseJsonBody } from '../../../libs/core/api/src/json-body.js';
import { trueName } from '../../../libs/core/files/src/true-name.js';
import { zipEntries } from '../../../libs/core/files/src/zip-directory.js';
import { authenticated } from '../../../libs/core/inbound/src/authentication.js';
import { parseMail } from '../../../libs/core/inbound/src/parse-mail.js';
import { checkTemplate } from '../../../libs/core/theming/src/check-template.js';
import { markdownHtml, markdownText } from '../../../libs/core/theming/src/markdown.js';
import { Cookies } from '../../../libs/core/web/src/cookies.js';
import { parseAnswer } from '../../../libs/portal/factors/src/passkeys.js';
import { parseRecoveryCode } from '../../../libs/portal/factors/src/recovery-codes.js';
import { parseKey } from '../../../libs/portal/keys/src/secret.js';
import { KINDS } from '../../../libs/portal/provisioning/src/protocol/attributes.js';
import { conditionOf } from '../../../libs/portal/provisioning/src/protocol/filter-sql.js';
import { patched } from '../../../libs/portal/provisioning/src/protocol/patch.js';
import { readSaid } from '../../../libs/portal/provisioning/src/protocol/said.js';
import { parseFilter } from '../../../libs/portal/provisioning/src/protocol/scim-filter.js';
import { isFilter } from '../../../libs/portal/signon/src/ldap/directory-filter.js';
import { parseDn } from '../../../libs/portal/signon/src/ldap/distinguished-names.js';
import { parseMetadata } from '../../../libs/portal/signon/src/saml/provider-metadata.js';
import { readXml, UnreadableXml } from '../../../libs/portal/signon/src/saml/saml-xml.js';
import { parseTicketNumber } from '../../../libs/portal/tickets/src/ticket-number.js';

const MEGABYTE = 1024 * 1024;

interface Parser {
  /** Packages that do it, or part of it. */
  packages?: string[];
  /** Exported functions of ours that are part of it. */
  functions?: string[];
  /** So much is fed at most, in bytes. */
  most: number;
  /** What it reads badly, over and over. Its own tests try more. */
  pieces: string[];
  feed: (text: string) => unknown;
}

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'foyer-parsers-'))));
afterAll(() => rm(folder, { recursive: true }));

async function onDisk<T>(content: Buffer | string, work: (path: string) => Promise<T>): Promise<T> {
  const path = join(folder, 'fed');
  await writeFile(path, content);
  return work(path);
}

const form = (type: string) => async (body: string) => {
  const req = Object.assign(Readable.from([Buffer.from(body)]), { headers: { 'content-type': type } });
  const limits = { bytes: 4 * MEGABYTE, pairs: 500, files: 3, fileBytes: MEGABYTE };
  const drain = async ({ content }: { content: Readable }) => void (await content.resume().toArray());
  await readForm(req as unknown as IncomingMessage, limits, drain).catch(() => undefined);
};
/** Of a provider with this as its key. */
const metadataWith = (key: string): string =>
  `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="x"><IDPSSODescriptor>` +
  `<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://x.example/"/>` +
  `<KeyDescriptor><X509Certificate xmlns="http://www.w3.org/2000/09/xmldsig#">${key}</X509Certificate></KeyDescriptor>` +
  `</IDPSSODescriptor></EntityDescriptor>`;
/** What is refused has been read. */
function attempt(work: () => unknown): void {
  try {
    work();
  } catch {
    // It is about the time.
  }
}
const nobody = () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));
const fromNowhere = { peer: '192.0.2.1', helo: null, envelopeFrom: 'a@b.example' };

/** The table of contents of a zip, as somebody could write it; each entry says that it lies at the very beginning. */
async function listed(entries: string): Promise<void> {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(entries.length, 12);
  await onDisk(Buffer.concat([Buffer.from(entries, 'latin1'), end]), async (path) => {
    const file = await open(path);
    await zipEntries(file, 10_000).finally(() => file.close());
  });
}
const entry = (name: string) => {
  const head = Buffer.alloc(46);
  head.writeUInt32LE(0x02014b50, 0);
  head.writeUInt16LE(name.length, 28);
  return head.toString('latin1') + name;
};

/** Everything that reads what strangers, or tenants, can write. */
const PARSERS: Record<string, Parser> = {
  'a form': {
    functions: ['readForm', 'readWhole'],
    most: 4 * MEGABYTE,
    pieces: ['a&', 'a=b&', '%41', '&', '=', '+', 'a[b][c]=d&'],
    feed: form('application/x-www-form-urlencoded'),
  },
  'a form of the Stripe sandbox': {
    functions: ['parseForm'],
    most: MEGABYTE,
    pieces: ['a[]=1&', 'a[b][c]=d&', 'a[', ']', '[b]=', '%5B', '&'],
    feed: (text) => attempt(() => parseForm(text)),
  },
  'a JSON body': {
    functions: ['readJsonBody', 'parseJsonBody'],
    most: MEGABYTE,
    pieces: ['[', '[[],', '{"a":', '"\\', '\\"', '1,', 'é'],
    feed: (text) => attempt(() => parseJsonBody(Buffer.from(`["${text}`))),
  },
  'an API key': {
    functions: ['parseKey'],
    most: MEGABYTE,
    pieces: ['key_live_', 'a', '0_'],
    feed: (text) => void parseKey(text),
  },
  'a list of addresses': {
    functions: ['parseAddressList'],
    most: 6_000,
    pieces: ['#', '203.0.113.7/24 # a\n', '::ffff:1.2.3.4,', 'f:', '\n', ' ;'],
    feed: (text) => attempt(() => parseAddressList(text.split('\n'), 'x')),
  },
  'the answer of a passkey': {
    packages: ['@simplewebauthn/server'],
    functions: ['parseAnswer'],
    most: 50_000,
    pieces: ['{"id":"a","response":{"x":', '[', 'AQID', '\\u0000'],
    feed: async (text) => {
      parseAnswer(text);
      const response = { clientDataJSON: text, attestationObject: Buffer.from(text).toString('base64url') };
      const answer = { id: 'a', rawId: 'a', type: 'public-key' as const, clientExtensionResults: {}, response };
      const expected = { expectedChallenge: 'x', expectedOrigin: 'https://a.example', expectedRPID: 'a.example' };
      await verifyRegistrationResponse({ response: answer, ...expected }).catch(() => undefined);
    },
  },
  'the name of a browser': {
    packages: ['bowser'],
    functions: [],
    most: 300,
    pieces: ['Mozilla/5.0 (', 'Version/', 'like ', ' rv:1', ';'],
    feed: (text) => void Bowser.parse(text || 'x'),
  },
  'a recovery code': {
    functions: ['parseRecoveryCode'],
    most: MEGABYTE,
    pieces: ['ABCDE-', 'O', ' ', '\u0130'],
    feed: (text) => void parseRecoveryCode(text),
  },
  'a form in parts': {
    packages: ['busboy'],
    most: 4 * MEGABYTE,
    pieces: [
      '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n',
      '--b\r\n',
      '\r\n--',
      '--b\r\nX: y\r\n',
      '-',
      'a="',
    ],
    feed: (text) =>
      form('multipart/form-data; boundary=b')(`--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n${text}`),
  },
  'the head of a mail': {
    functions: ['parseHead', 'readAddresses', 'readAuthor', 'readMessageIds', 'readParameters', 'decodeHeader'],
    packages: ['nodemailer/lib/addressparser'],
    most: MEGABYTE,
    pieces: ['X-A: b\n', 'From: <a@b>,\n', '(', ' =?utf-8?q?a?=\n', '\n ', '<a@b> ', ';a*0=b'],
    feed: (text) => parseHead(Buffer.from(`From: ${text}`)),
  },
  'a mail': {
    functions: ['parseMail', 'readMail', 'readParts', 'decodeTransfer', 'decodeBase64', 'decodeQuotedPrintable'],
    packages: ['iconv-lite'],
    most: MEGABYTE,
    pieces: ['--b\n\nx\n', '> a\nb\n', '=41', 'On 1.1.2026 <a@b.example> wrote:\n', 'From: a\n', '-- \n\n'],
    feed: (text) => parseMail(Buffer.from(`Content-Type: multipart/mixed; boundary=b\n\n--b\n\n${text}`)),
  },
  'a mail of HTML': {
    packages: ['htmlparser2', 'html-to-text'],
    most: MEGABYTE,
    pieces: [
      '<a href=http://x>y</a>',
      '<div>',
      '<',
      '<!--',
      '&amp;',
      '<b><a href=x>',
      '<table><tr><td>a',
      '<tr><td rowspan=1000 colspan=30>a',
      '<td>',
      '<ol><li>',
      '<s>a',
      '<p style="a:b;display:none;">',
      '<blockquote>',
    ],
    feed: (text) => parseMail(Buffer.from(`Content-Type: text/html\n\n${text}`)),
  },
  'text in a foreign alphabet': {
    functions: ['decodeText'],
    most: MEGABYTE,
    pieces: ['\x1b$B', '\x1b(B', '~{', '+AGE-', '\x80'],
    feed: (text) => {
      for (const charset of ['iso-2022-jp', 'gb2312', 'utf-7', 'koi8-r'])
        parseMail(Buffer.from(`Content-Type: text/plain; charset=${charset}\n\n${text}`, 'latin1'));
    },
  },
  'what became of a mail': {
    functions: ['readBounce', 'readReport'],
    most: MEGABYTE,
    pieces: ['a@b.example:\n', 'Final-Recipient: rfc822; a@b.example\n', 'Status: 5.1.1\n\n'],
    feed: (text) =>
      parseMail(
        Buffer.from(
          `From: mailer-daemon@a.example\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n${text}`,
        ),
      ),
  },
  'what hangs on a mail in old ways': {
    functions: ['readTnef', 'readUuencoded', 'readInvite'],
    most: MEGABYTE,
    pieces: ['begin 644 a\n', 'begin 644 a\n#0V%T\n`\nend\n', 'SUMMARY:a\n', 'BEGIN:VEVENT\n', '\x02\x00\x00\x00'],
    feed: (text) => {
      parseMail(Buffer.from(`\n\n${text}`, 'latin1'));
      parseMail(Buffer.from(`Content-Type: text/calendar\n\nBEGIN:VEVENT\n${text}`, 'latin1'));
      parseMail(Buffer.from(`Content-Type: application/ms-tnef\n\n\x78\x9f\x3e\x22\x00\x00${text}`, 'latin1'));
    },
  },
  'the signatures of a mail': {
    packages: ['mailauth'],
    most: MEGABYTE,
    pieces: ['DKIM-Signature: a\r\n', ' ', '\r\n', '\r', 'x'],
    feed: async (text) => {
      const signature =
        'DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=b.example; s=s; h=from; bh=YQ==; b=YQ==\r\n';
      const mail = Buffer.from(`${signature}From: a@b.example\r\n\r\n${text}`);
      await authenticated(mail, fromNowhere, nobody);
    },
  },
  'an archive': {
    most: MEGABYTE,
    pieces: [entry('a'), entry(''), entry('x'.repeat(500)), 'PK\x05\x06', '\0'],
    feed: listed,
  },
  'what a file is': {
    packages: ['file-type'],
    most: 4 * MEGABYTE,
    pieces: ['PK\x03\x04', 'RIFF', '\x89PNG\r\n\x1a\n', 'ID3\x03\0\0\0\0\0\0', '\0\0\0\x08ftyp', '<', '\xff\xfb'],
    feed: (text) => onDisk(Buffer.from(text, 'latin1'), (path) => trueName(path, 'file')),
  },
  Markdown: {
    packages: ['markdown-it'],
    most: 100_000,
    pieces: ['*a ', '[', '![a](', '`', '> ', '- ', '<a', '|a', '~~', '_a_', '\\', '&', 'http://a '],
    feed: (text) => [markdownHtml(text), markdownText(text)],
  },
  'a spreadsheet': {
    packages: ['csv-stringify/sync'],
    most: MEGABYTE,
    pieces: ['=1+1\n', '"', ',', '\r\n', '@a', '-'],
    feed: (text) =>
      stringify(
        [
          [text],
          ...text
            .slice(0, 50_000)
            .split('')
            .map((cell) => [cell]),
        ],
        { bom: true, escape_formulas: true },
      ),
  },
  'where a list goes on': {
    most: 64 * 1024,
    pieces: ['<', '2026-01-01 ', '00:', '~', 'infinity~', 'a-', '>'],
    feed: (text) => field.cursor.safeParse(text),
  },
  'what is searched for, and a filter': {
    functions: ['parseTicketNumber', 'parseNumber'],
    most: 64 * 1024,
    pieces: ['a ', 'ä', 'ß', '#TKT-1 ', "'", '\\', ':*&', 'a/b-', '١', 'ﷺ', '1.', '1,'],
    feed: (text) => [
      ...[
        searchable(text),
        wordsQuery(text),
        begins(text, text),
        has(text, text),
        forms(searchable(text)),
        field.search.parse(text),
        parseTicketNumber(text),
        parseNumber(text, 'de'),
      ],
      ...[field.text(200).safeParse(text), field.name(200).safeParse(text), field.email.safeParse(text)],
    ],
  },
  'the cookies of a request': {
    packages: ['cookie'],
    most: 64 * 1024,
    pieces: ['a=b; ', ';', '=', 'a="', '%41'],
    feed: (text) =>
      new Cookies({ baseUrl: new URL('http://a.example') } as never).read(
        { headers: { cookie: text } } as never,
        'session',
      ),
  },
  'an answer of a SAML provider': {
    packages: ['@xmldom/xmldom'],
    functions: ['readXml'],
    most: 256 * 1024,
    pieces: ['<', '<a', '<a>', '<a/>', '<a b="', '</a>', '<a b=">', '&lt;', '<!', '<?xml ', "'"],
    feed: (text) => {
      try {
        readXml(text, { depth: 40, elements: 5_000 });
      } catch (error) {
        if (!(error instanceof UnreadableXml)) throw error;
      }
    },
  },
  'what a SAML provider says of itself': {
    functions: ['parseMetadata'],
    most: 512 * 1024,
    pieces: ['<', '<a', '<a>', '<a/>', '<!--', '<!-- -->', '<a b="', '</a>', ' ', '<X509Certificate>A'],
    feed: (text) => {
      for (const each of [text, metadataWith(text)]) {
        try {
          parseMetadata(each.slice(0, 512 * 1024));
        } catch (error) {
          if (!(error instanceof UnreadableXml)) throw error;
        }
      }
    },
  },
  'a filter and names of a directory': {
    packages: ['ldapts'],
    functions: ['parseDn'],
    most: 4_000,
    pieces: ['(', '(&', '(a=%s)', 'a=', '\\', '\\2a', ',', '+', ' ', ')'],
    feed: (text) => [isFilter(`%s${text.slice(0, 1_000)}`), isFilter(`${text.slice(0, 1_000)}%s`), parseDn(text)],
  },
  'a filter of a directory': {
    functions: ['parseFilter', 'parsePath'],
    most: 2_000,
    pieces: ['(', 'a pr and ', 'not (', '"', '"\\', 'urn:a.', 'a.b', 'emails[', '1', ' ', 'name.givenName eq "x" or '],
    feed: (text) => attempt(() => conditionOf(KINDS.Users, parseFilter(text))),
  },
  'what a directory says of somebody': {
    functions: ['readSaid', 'readValue', 'readOne'],
    most: MEGABYTE,
    pieces: ['{"op":"add","path":"members","value":[{"value":"a"}]},', '{"op":"add","path":"emails[type eq \\"a\\"].value","value":"x"},', '{"value":"a"},', '"a",'], // prettier-ignore
    feed: (text) =>
      attempt(() => {
        const all: unknown = JSON.parse(`[${text.slice(0, text.lastIndexOf(','))}]`);
        readSaid(KINDS.Groups, { displayName: 'x', members: all });
        patched(KINDS.Groups, {}, { Operations: all });
      }),
  },
  'a tenant’s CSS': {
    packages: ['css-tree'],
    most: 200_000,
    pieces: ['a{', '@media a{', 'a{b:c}', '/*', '(', '\\', 'url(', ':is(', '"'],
    feed: (text) => checkCss(text),
  },
  'a tenant’s template': {
    packages: ['handlebars'],
    most: 64 * 1024,
    pieces: ['{{a}}', '{{#if a}}', '{{', '{{!--', '{{(a ', '{{> b}}'],
    feed: (text) => checkTemplate(text, { partials: new Set() }),
  },
};

/** What reads nothing that others wrote, or does it elsewhere, bounded by what is said there. */
const NO_PARSERS = new Set([
  ...[
    'chokidar',
    '@nestjs/common',
    '@nestjs/core',
    'express',
    'rxjs',
    'helmet',
    'compression',
    'lru-cache',
    'rate-limiter-flexible',
  ],
  ...[
    '@mikro-orm/postgresql',
    '@mikro-orm/decorators/legacy',
    'pg',
    'kysely',
    'bullmq',
    '@casl/ability',
    '@casl/ability/extra',
  ],
  ...['nodemailer', 'nodemailer/lib/smtp-pool/index.js', '@node-rs/argon2', '@aws-sdk/client-s3', 'esbuild'],
  'mmdb-lib', // our own database
  'otplib', // six figures
  'qrcode', // makes pictures, of our own text
  'zod', // checks what was read; fields are tried above
  'smtp-server', // protocol: smtp-listener.test.ts
  'imapflow', // servers that a tenant has named, in mailboxes.test.ts
  'sharp', // in a process that is stopped, bounded by pixels: files.test.ts
  'intl-messageformat', // our own texts
  'culori', // colours of seven letters
  'fxa-common-password-list', // a list of words
  '@nestjs/passport', // carries a request to a strategy
  'passport',
  '@node-saml/node-saml/lib/xml.js', // the same: saml/logout.test.ts
  '@node-saml/node-saml', // what was read and bounded before: saml/attacks.test.ts
  'jose', // a token of 64 KB: signed-out.test.ts
  'openid-client', // answers of providers, so much of each and no more: oidc-refusals.test.ts
  'stripe', // events of 1 MB whose signature holds: stripe-webhook.test.ts
  'minisearch', // articles that the team has chosen
]);
const OURS = new Set(['readMigrations', 'readManifest', 'readingPage', 'readableOn', 'readFields', 'readItems']);

const LIBS = join(import.meta.dirname, '../../../libs');
const sources = readdirSync(LIBS, { recursive: true, encoding: 'utf8' })
  .filter((path) => /^\w+\/\w+\/src\/.*\.ts$/.test(path))
  .map((path) => readFileSync(join(LIBS, path), 'utf8'));
const found = (pattern: RegExp) => [
  ...new Set(sources.flatMap((source) => [...source.matchAll(pattern)].map(([, name]) => name!))),
];

describe('57: every parser is tried', () => {
  test('what reads is in the list, by package and by name', () => {
    const all = Object.values(PARSERS);
    const packages = new Set([...NO_PARSERS, ...all.flatMap((parser) => parser.packages ?? [])]);
    const functions = new Set([...OURS, ...all.flatMap((parser) => parser.functions ?? [])]);
    const imported = found(/(?:^(?:import|\}) .*from |import\()'((?!node:|\.|@foyer\/)[^'\n]+)'/gm);
    expect(imported.filter((name) => !packages.has(name))).toEqual([]);
    expect(imported.length).toBeGreaterThan(25);
    const exported = found(/^export (?:async )?(?:function|const) ((?:parse|read|decode|unpack|scan)\w+)/gm);
    expect(exported.filter((name) => !functions.has(name))).toEqual([]);
  });

  test.each(Object.entries(PARSERS))('%s takes time that grows as it does', async (_, { most, pieces, feed }) => {
    for (const piece of pieces) {
      const whole = piece.repeat(Math.ceil(most / piece.length));
      const times = await growth(most, (bytes) => feed(whole.slice(0, bytes)));
      expect([piece, times < LINEAR]).toEqual([piece, true]);
    }
  });
});
