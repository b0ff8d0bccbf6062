import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { removeEmbeddedPostgres } from '../../src/embedded-postgres.js';
import { endRecorded, recordedProcess, startOf } from '../../src/processes.js';

const dataDir = mkdtempSync(join(tmpdir(), 'foyer-start-'));
const start = fileURLToPath(new URL('../../start.mjs', import.meta.url));
let port: number;
let running: ChildProcess;
let output = '';

const pidOf = (name: string) => recordedProcess(join(dataDir, 'run', `${name}.pid`));
function postmaster(): number {
  try {
    const { data } = JSON.parse(readFileSync(join(dataDir, 'postgres', 'server.json'), 'utf8')) as { data: string };
    return Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
  } catch {
    return 0;
  }
}
const status = async (path = '/readyz') =>
  (await fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual' }).catch(() => null))?.status ?? 0;

async function until(what: string, condition: () => boolean | Promise<boolean>, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`After ${seconds} s still not: ${what}\n${output}`);
    await sleep(50);
  }
}

/** `npm start`, as far as `Foyer is ready`. Returns the seconds it took. */
async function npmStart(...args: string[]): Promise<number> {
  const began = Date.now();
  output = '';
  running = spawn('node', [start, '--port', String(port), ...args], {
    env: { ...process.env, DATA_DIR: dataDir, DATABASE_URL: '' },
  });
  for (const stream of [running.stdout!, running.stderr!])
    stream.on('data', (chunk: Buffer) => (output += String(chunk)));
  await until('ready', () => output.includes('Foyer is ready') || running.exitCode !== null, 120);
  expect(output).toContain('Foyer is ready');
  return (Date.now() - began) / 1000;
}

beforeAll(async () => {
  const probe = createServer().listen(0);
  await once(probe, 'listening');
  ({ port } = probe.address() as { port: number });
  await new Promise((resolve) => probe.close(resolve));
});
afterAll(async () => {
  running.kill('SIGKILL');
  await endRecorded(join(dataDir, 'run'));
  await removeEmbeddedPostgres(join(dataDir, 'postgres'));
  rmSync(dataDir, { recursive: true, force: true });
});

describe('npm start', () => {
  test('the first one ends with addresses and the staff account', async () => {
    await npmStart();
    expect(output).toContain(`http://localhost:${port}`);
    expect(output).toMatch(/staff@foyer\.example {2}\S{16}/);
    expect(await status()).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port + 26}/messages`)).status).toBe(200);
  });

  test('a second one beside it says that Foyer is already running', async () => {
    const second = spawn('node', [start, '--port', String(port)], {
      env: { ...process.env, DATA_DIR: dataDir, DATABASE_URL: '' },
    });
    let said = '';
    second.stderr.on('data', (chunk: Buffer) => (said += String(chunk)));
    expect((await once(second, 'exit'))[0]).toBe(1);
    expect(said).toContain('Foyer is already running in');
    expect(await status()).toBe(200);
  });

  test.each(['web', 'worker', 'mailbox', 'stripe-sandbox'])('kill -9 of %s: it is back soon', async (name) => {
    const before = pidOf(name)!;
    process.kill(before, 'SIGKILL');
    await until(`${name} is back`, () => pidOf(name) !== null && pidOf(name) !== before);
    await until('ready', async () => (await status()) === 200);
  });

  test('kill -9 of PostgreSQL: it is back soon, and web with it', async () => {
    const before = postmaster();
    process.kill(before, 'SIGKILL');
    await until('PostgreSQL is back', () => ![0, before].includes(postmaster()) && startOf(postmaster()) !== null);
    await until('ready', async () => (await status()) === 200);
  });

  test('Ctrl-C stops everything', async () => {
    const pids = [pidOf('web'), pidOf('worker'), pidOf('mailbox'), pidOf('stripe-sandbox'), postmaster()];
    running.kill('SIGINT');
    process.kill(pidOf('launcher')!, 'SIGINT');
    await once(running, 'exit');
    expect(pids.map((pid) => startOf(pid!))).toEqual([null, null, null, null, null]);
  });

  test('the next start takes seconds and shows the staff password no more', async () => {
    expect(await npmStart()).toBeLessThan(30);
    expect(output).not.toContain('First staff account');
  });

  test('kill -9 of everything at once: the next start works', async () => {
    const pids = ['launcher', 'web', 'worker', 'mailbox', 'stripe-sandbox'].map((name) => pidOf(name)!);
    for (const pid of [running.pid!, ...pids, postmaster()]) process.kill(pid, 'SIGKILL');
    await npmStart();
    expect(await status()).toBe(200);
  });

  test('kill -9 of the launcher alone takes its parts along', async () => {
    const pids = ['web', 'worker', 'mailbox', 'stripe-sandbox'].map((name) => pidOf(name)!);
    process.kill(pidOf('launcher')!, 'SIGKILL');
    await until('its children are gone', () => pids.every((pid) => startOf(pid) === null));
    await npmStart();
    expect(await status()).toBe(200);
  });

  test('--reset begins anew', async () => {
    running.kill('SIGTERM');
    await once(running, 'exit');
    await npmStart('--reset');
    expect(output).toContain('First staff account');
    running.kill('SIGTERM');
    await once(running, 'exit');
  });
});
