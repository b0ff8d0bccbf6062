import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { jest } from '@jest/globals';
import { loadConfig } from '@foyer/config';
import { checkNode } from '../prepare.mjs';
import { removeEmbeddedPostgres } from '../src/embedded-postgres.js';
import { Child } from '../src/launch/child.js';
import { launchDatabase } from '../src/launch/database.js';
import { greeting } from '../src/launch/greeting.js';
import { launchOptions } from '../src/launch/options.js';
import { sandboxPort } from '../src/launch/payments.js';
import { checkPorts, REFUSED_BY_BROWSERS } from '../src/launch/ports.js';
import { reset } from '../src/launch/reset.js';
import { SERVER_FLAGS, SERVER_MEMORY } from '../src/launch/server-flags.js';
import { alone, endRecorded, recordedProcess, recordProcess, startOf } from '../src/processes.js';

const folder = mkdtempSync(join(tmpdir(), 'foyer-launch-'));
chmodSync(folder, 0o755); // PostgreSQL runs as somebody else where the tests run as root
afterAll(() => rmSync(folder, { recursive: true }));

const config = (env: NodeJS.ProcessEnv = {}) =>
  loadConfig({ DATABASE_URL: 'postgres://foyer:hunter2@127.0.0.1:1/foyer', DATA_DIR: folder, ...env });

test.each(['Dockerfile', 'compose.yaml'])('%s runs Node as the launcher does', (file) => {
  const command = readFileSync(new URL(`../../../deploy/${file}`, import.meta.url), 'utf8').match(
    /\bnode\b.*main\.js/gi,
  );
  const flags = command!.at(-1)!.match(/--[a-z-]+(?:=\d+)?/g);
  expect(flags).toEqual(SERVER_FLAGS.filter((flag) => flag !== '--no-deprecation'));
});

test('the image has the memory of its processes parted as the launcher does', () => {
  const image = readFileSync(new URL('../../../deploy/Dockerfile', import.meta.url), 'utf8');
  for (const [name, value] of Object.entries(SERVER_MEMORY)) expect(image).toContain(` ${name}=${value}`);
});

describe('what stops a start is said in one sentence', () => {
  test('a Node that is too old', () => {
    expect(() => checkNode('v18.20.4')).toThrow('Foyer needs Node 20 or newer, and this is v18.20.4');
    expect(() => checkNode('v20.0.0')).not.toThrow();
  });

  test('an option nobody knows', () => {
    expect(() => launchOptions(['--prot', '4000'])).toThrow(/^Unknown option '--prot'\.\n\nnpm start/);
    expect(launchOptions(['--port', '4000', '--reset'])).toEqual({ port: '4000', reset: true, watch: false });
    expect(launchOptions(['--watch'])).toMatchObject({ watch: true });
    expect(launchOptions(['--help'])).toBe('help');
  });

  test.each(['127.0.0.1', undefined])('a port that is taken on %s', async (host) => {
    const taken = createServer().listen(0, host);
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    await expect(checkPorts(config({ PORT: String(port) }))).rejects.toThrow(`Port ${port} is already in use`);
    await new Promise((resolve) => taken.close(resolve));
    await expect(checkPorts(config({ PORT: String(port), SMTP_URL: 'smtp://mail.test' }))).resolves.toBeUndefined();
  });

  test('a port that the Stripe sandbox would have, which nobody needs who has a key of Stripe', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const here = config({ PORT: String(port - 28) });
    expect(sandboxPort(here, {})).toBe(port);
    await expect(checkPorts(here, port)).rejects.toThrow(`Port ${port} is already in use`);
    await new Promise((resolve) => taken.close(resolve));
    expect(sandboxPort(here, { STRIPE_SECRET_KEY: 'sk_test_1' })).toBeNull();
    expect(sandboxPort({ ...here, env: 'production' }, {})).toBeNull();
  });

  test.each([
    ['6666', 'Browsers refuse to connect to port 6666. Choose another: npm start -- --port 6766'],
    ['6566', 'Choose another: npm start -- --port 6766'],
    ['6640', 'Browsers refuse to connect to port 6666, where the mailbox would be. Choose another'],
  ])('a port to which no browser connects: %s', async (PORT, sentence) => {
    await expect(checkPorts(config({ PORT }))).rejects.toThrow(sentence);
  });

  test('fetch, which would wait for the page, refuses them too', async () => {
    for (const port of REFUSED_BY_BROWSERS) {
      const { cause } = (await fetch(`http://127.0.0.1:${port}`).catch((error: Error) => error)) as Error;
      expect([port, (cause as Error).message]).toEqual([port, 'bad port']);
    }
  });

  test('a database that does not answer, without its password', async () => {
    const { databaseUrl } = config();
    const failure = await launchDatabase(folder, databaseUrl).catch((error: Error) => error.message);
    expect(failure).toContain('Cannot use the database at 127.0.0.1:1');
    expect(failure).not.toContain('hunter2');
  });

  test('throwing away somebody else’s database', async () => {
    await expect(reset(folder, 'postgres://elsewhere/foyer')).rejects.toThrow('DATABASE_URL names another');
  });
});

test('the greeting names addresses and sign-ins, and the staff password only when it was just made', () => {
  const demos = [{ name: 'Acme', slug: 'acme', people: [{ as: 'team', email: 'ana@acme.test', password: 'pw' }] }];
  const text = greeting(config({ PORT: '4000' }), { staff: { email: 's@x.test', password: 'once' }, demos });
  for (const part of [
    'Foyer is ready',
    'http://acme.localhost:4000',
    'http://admin.localhost:4000',
    'http://localhost:4026',
    'ana@acme.test  pw',
    'once',
  ])
    expect(text).toContain(part);
  const later = greeting(config({ SMTP_URL: 'smtp://mail.test' }), { staff: null, demos: [] });
  expect(later).not.toMatch(/not shown again|Sent emails|Demo/);
});

describe('processes', () => {
  test('a pid counts as ours only with its start time', () => {
    const file = join(folder, 'run', 'me.pid');
    recordProcess(file, process.pid);
    expect(recordedProcess(file)).toBe(process.pid);
    writeFileSync(file, JSON.stringify({ pid: process.pid, start: 'another life' }));
    expect(recordedProcess(file)).toBeNull();
    writeFileSync(file, 'garbage');
    expect(recordedProcess(file)).toBeNull();
    expect(startOf(2 ** 22 + 1)).toBeNull();
  });

  test('one task at a time under one lock, and a dead owner’s lock is taken over', async () => {
    const lock = join(folder, 'a.lock');
    writeFileSync(lock, JSON.stringify({ pid: 2 ** 22 + 1, start: '1' }));
    let inside = 0;
    let most = 0;
    const task = () =>
      alone(lock, async () => {
        most = Math.max(most, ++inside);
        await sleep(20);
        inside -= 1;
      });
    await Promise.all([task(), task(), task()]);
    expect(most).toBe(1);
  });
});

test('PostgreSQL that dies comes back on its port, however often a start fails meanwhile', async () => {
  const said = jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
  const data = join(folder, 'revived');
  const database = await launchDatabase(data, undefined);
  try {
    const { data: files } = JSON.parse(readFileSync(join(data, 'postgres', 'server.json'), 'utf8')) as { data: string };
    process.kill(Number(readFileSync(join(files, 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
    // What it needs cannot be used for as long as it takes for several attempts to fail.
    renameSync(join(files, 'pg_hba.conf'), join(files, 'pg_hba.away'));
    await until(() => said.mock.calls.some(([text]) => String(text).includes('does not start')));
    await sleep(1_500);
    renameSync(join(files, 'pg_hba.away'), join(files, 'pg_hba.conf'));
    await until(() => said.mock.calls.some(([text]) => String(text).includes('PostgreSQL is running again')));
    await expect(launchDatabase(folder, database.url)).resolves.toMatchObject({ url: database.url });
  } finally {
    said.mockRestore();
    await database.stop();
    await removeEmbeddedPostgres(join(data, 'postgres'));
  }
});

async function until(condition: () => boolean) {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 800) throw new Error('It did not happen');
    await sleep(25);
  }
}

describe('a part of Foyer', () => {
  const part = (name: string, source: string) => {
    const file = join(folder, `${name}.mjs`);
    writeFileSync(file, source);
    const ready = (child: NodeJS.EventEmitter) => once(child, 'message').then(() => undefined);
    return { name, module: pathToFileURL(file), ready };
  };
  const pidOf = (name: string) => recordedProcess(join(folder, 'run', `${name}.pid`));
  const living = `process.send('ready'); setInterval(() => {}, 1000);`;

  test('is started again after kill -9, and stops when told', async () => {
    const child = new Child(part('alive', living), folder, process.env);
    await child.start();
    const first = pidOf('alive')!;
    process.kill(first, 'SIGKILL');
    await until(() => pidOf('alive') !== null && pidOf('alive') !== first);
    const second = pidOf('alive')!;
    await child.stop();
    expect(startOf(second)).toBeNull();
    await sleep(700);
    expect(pidOf('alive')).toBeNull();
  });

  test('that cannot start says its last words', async () => {
    const child = new Child(part('broken', `console.error('no such table'); process.exit(3)`), folder, process.env);
    await expect(child.start()).rejects.toThrow(/no such table[\s\S]*The broken process did not start/);
  });

  test('that keeps dying is started again for ever, with pauses, and serves again once it can', async () => {
    const count = join(folder, 'count');
    writeFileSync(count, '');
    const source = `import { appendFileSync, readFileSync } from 'node:fs'; appendFileSync(${JSON.stringify(count)}, 'x'); process.send('ready'); if (readFileSync(${JSON.stringify(count)}, 'utf8').length < 9) setTimeout(() => process.exit(1), 20); else setInterval(() => {}, 1000);`;
    const restarts = { many: 2, withinMs: 60_000, firstWaitMs: 10, longestWaitMs: 20 };
    const child = new Child(part('dying', source), folder, process.env, restarts);
    await child.start();
    await until(() => readFileSync(count, 'utf8') === 'x'.repeat(9));
    const last = pidOf('dying')!;
    expect(startOf(last)).not.toBeNull();
    await child.stop();
    expect(startOf(last)).toBeNull();
  });

  test('left behind by a killed launcher is ended by the next start', async () => {
    const child = new Child(part('left', living), folder, process.env);
    await child.start();
    const pid = pidOf('left')!;
    const ended = endRecorded(join(folder, 'run'));
    await child.stop();
    expect(await ended).toContain('left');
    expect(startOf(pid)).toBeNull();
  });
});
