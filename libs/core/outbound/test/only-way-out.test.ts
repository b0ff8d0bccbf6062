import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../../../..');
/** Packages and parts of Node that open connections, each with what of it opens none. */
const WAYS: Record<string, readonly string[]> = {
  'node:net': ['BlockList', 'isIP', 'isIPv4', 'isIPv6', 'createServer'],
  'node:http': ['createServer', 'STATUS_CODES'],
  ...{ 'node:https': [], 'node:http2': [], 'node:tls': [], 'node:dgram': [], 'node:dns': [], 'node:dns/promises': [] },
  ...{ undici: [], axios: [], got: [], ws: [], imapflow: [], nodemailer: [], '@aws-sdk/client-s3': [] },
  stripe: [],
  ...{ ioredis: [], bullmq: [], pg: [], mailauth: [] },
  ldapts: ['AndFilter', 'EqualityFilter', 'ExtensibleFilter', 'Filter', 'FilterParser', 'OrFilter', 'PresenceFilter'],
};
/** Who may, and to where: to hosts that nobody but the installation's operator names, or to addresses that the guard gave. */
const MAY: Record<string, string> = {
  'libs/core/outbound/src/addresses.ts': 'asks the DNS',
  'libs/core/outbound/src/outbound.ts': 'the way out',
  'libs/core/outbound/src/text-records.ts': 'asks the DNS',
  'libs/core/credentials/src/limits.ts': 'the database',
  'libs/core/inbound/src/authentication.ts': 'asks the DNS',
  'libs/core/inbound/src/imap-mailbox.ts': 'to an address that the guard gave',
  'libs/portal/signon/src/ldap/directory-talk.ts': 'to an address that the guard gave',
  'libs/core/mail/src/outlet.ts': 'the mail server of the installation',
  'libs/platform/billing/src/stripe-api.ts': 'Stripe, or where the installation’s operator says that it is',
  'libs/core/files/src/s3-storage.ts': 'the bucket of the installation',
};
const DATA_STORES = /^libs\/core\/(?:database|events)\/src\//;

const sources = ['apps', 'libs']
  .flatMap((top) => readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' }).map((path) => `${top}/${path}`))
  .filter((path) => /^(?:apps\/[^/]+|libs\/[^/]+\/[^/]+)\/src\/.*\.ts$/.test(path) && !path.includes('node_modules'))
  // What a developer starts, not what serves.
  .filter((path) => !/^apps\/(?:cli|mailbox|stripe-sandbox)\//.test(path));

/** What a file takes from a module at run time; `*` where it takes all of it. */
function taken(text: string): { from: string; names: string[] }[] {
  const fixed = [...text.matchAll(/^import (?!type\b)([^;]*?) from '([^']+)'/gms)].map(([, what, from]) => ({
    from: from!,
    names: what!.startsWith('{')
      ? what!
          .replace(/[{}]/g, '')
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name !== '' && !name.startsWith('type '))
      : ['*'],
  }));
  const later = [...text.matchAll(/\b(?:import|require)\('([^']+)'\)/g)].map(([, from]) => ({
    from: from!,
    names: ['*'],
  }));
  return [...fixed, ...later];
}

function waysOut(text: string): string[] {
  const global = /(?<![.\w'"]|async )fetch\(|new (?:WebSocket|EventSource)\(/.test(text) ? ['fetch'] : [];
  const imported = taken(text).flatMap(({ from, names }) =>
    names.filter((name) => WAYS[from] && !WAYS[from].includes(name)).map((name) => `${from} ${name}`),
  );
  return [...global, ...imported];
}

test('nothing opens a connection but the one way out, and who is named here', () => {
  expect(sources.length).toBeGreaterThan(500);
  const found = sources
    .filter((path) => !DATA_STORES.test(path))
    .flatMap((path) => {
      const ways = waysOut(readFileSync(join(ROOT, path), 'utf8'));
      return ways.length > 0 && !MAY[path] ? [`${path}: ${ways.join(', ')}`] : [];
    });
  expect(found).toEqual([]);
  for (const path of Object.keys(MAY))
    expect([path, waysOut(readFileSync(join(ROOT, path), 'utf8')).length > 0]).toEqual([path, true]);
});

test.each([
  "import { connect } from 'node:net';",
  "import net from 'node:net';",
  "import * as http from 'node:http';",
  "import { isIP, createConnection } from 'node:net';",
  "const { fetch } = await import('undici');",
  'const answer = await fetch(url);',
])('%s is a way out', (line) => expect(waysOut(line)).toHaveLength(1));

test.each([
  "import type { Socket } from 'node:net';",
  "import { isIP, type Socket } from 'node:net';",
  'await this.fetch(box);',
])('%s is none', (line) => expect(waysOut(line)).toEqual([]));
