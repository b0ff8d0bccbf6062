import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { choosePlace, type Place } from './postgres-place.js';
import { alone, endProcess, startOf } from './processes.js';

export interface EmbeddedPostgres {
  /** The owner's login to database `foyer`. */
  url: string;
  isAlive(): boolean;
  stop(): Promise<void>;
}

/** What must survive between runs, kept beside the data. */
interface Server {
  data: string;
  port: number;
  password: string;
}

const user = 'foyer';
const settings = {
  listen_addresses: '127.0.0.1',
  max_connections: '200',
  // A migration or a drop touches every table of a tenant in one transaction.
  max_locks_per_transaction: '512',
  shared_buffers: '256MB',
  jit: 'off',
  log_timezone: 'UTC',
};
const careless = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/**
 * A PostgreSQL of our own in `home`. It runs detached, with its log in `home/log`: it outlives a parent that was
 * killed, and the next start finds and uses it again.
 *
 * @param durable false turns off every sync to disk; for tests only
 * @param samePort fails where the port of before is taken, since those who are connected know no other
 */
export function startEmbeddedPostgres(
  home: string,
  { durable = true, samePort = false } = {},
): Promise<EmbeddedPostgres> {
  mkdirSync(home, { recursive: true });
  return alone(join(home, 'starting.lock'), async () => {
    const known = readServer(home);
    const place = choosePlace(home, known?.data);
    const server = known ?? {
      data: place.data,
      port: await freePort(),
      password: randomBytes(24).toString('base64url'),
    };

    if (!(await isRunning(server))) {
      if (!(await isFree(server.port))) {
        if (samePort) throw new Error(`Port ${server.port}, which PostgreSQL uses, is taken by another program.`);
        server.port = await freePort();
      }
      writeFileSync(join(home, 'server.json'), JSON.stringify(server), { mode: 0o600 });
      if (!existsSync(join(server.data, 'PG_VERSION'))) await initialise(place, server, durable);
      await start(home, place, server, durable);
    }
    await ensureDatabase(server);
    return { url: urlOf(server, 'foyer'), isAlive: () => postmaster(server) !== null, stop: () => stop(server) };
  });
}

/** Stops the server of `home` if it runs, whoever started it. */
export async function stopEmbeddedPostgres(home: string): Promise<void> {
  const server = readServer(home);
  if (server && (await isRunning(server))) await stop(server);
}

/** Removes server and data for good. */
export async function removeEmbeddedPostgres(home: string): Promise<void> {
  const server = readServer(home);
  if (server) {
    await stopEmbeddedPostgres(home);
    rmSync(dirname(server.data), { recursive: true, force: true });
  }
  rmSync(home, { recursive: true, force: true });
}

function readServer(home: string): Server | undefined {
  const file = join(home, 'server.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Server;
  if (existsSync(join(home, 'data', 'PG_VERSION')))
    throw new Error(`${file} is missing, and the database password with it. Start over with npm start -- --reset.`);
  return undefined;
}

/**
 * Where it is reached: by its socket in the file system, on which a statement costs a third less of both processes' time than
 * over the loopback (measured). The password is asked for there as well. Versions before this one had none, and may still run.
 */
function urlOf(server: Server, database: string): string {
  const folder = socketFolder(server);
  const host = folder && existsSync(socketIn(folder, server.port)) ? encodeURIComponent(folder) : '127.0.0.1';
  return `postgres://${user}:${server.password}@${host}:${server.port}/${database}`;
}

/** Beside the data, where there can be one: its path holds 107 bytes on Linux, 103 on macOS, and Node knows none on Windows. */
function socketFolder({ data, port }: Server): string | null {
  const folder = dirname(data);
  return process.platform === 'win32' || Buffer.byteLength(socketIn(folder, port)) > 100 ? null : folder;
}

const socketIn = (folder: string, port: number) => join(folder, `.s.PGSQL.${port}`);

async function query<T extends pg.QueryResultRow>(server: Server, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: urlOf(server, 'postgres'), connectionTimeoutMillis: 5_000 });
  // The server may go away between two of our questions.
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** The postmaster written down in the data folder, if such a process runs. */
function postmaster(server: Server): number | null {
  try {
    const pid = Number(readFileSync(join(server.data, 'postmaster.pid'), 'utf8').split('\n')[0]);
    return startOf(pid) ? pid : null;
  } catch {
    return null;
  }
}

/** True when the server answers and its data is ours; waits while it is still starting or stopping. */
async function isRunning(server: Server): Promise<boolean> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (!postmaster(server)) return false;
    try {
      const [row] = await query<{ data_directory: string }>(server, 'show data_directory');
      return row?.data_directory === server.data;
    } catch (error) {
      const cannotConnectNow = (error as { code?: string }).code === '57P03';
      if (!cannotConnectNow) return false;
      await sleep(100);
    }
  }
  return false;
}

async function initialise(place: Place, server: Server, durable: boolean): Promise<void> {
  const draft = `${server.data}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  const passwordFile = join(tmpdir(), `foyer-${randomBytes(8).toString('hex')}`);
  writeFileSync(passwordFile, server.password, { mode: 0o600 });
  if (place.owner) {
    chownSync(draft, place.owner.uid, place.owner.gid);
    chownSync(passwordFile, place.owner.uid, place.owner.gid);
  }
  try {
    await run(place, 'initdb', [
      `--pgdata=${draft}`,
      `--username=${user}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      ...(durable ? [] : ['--no-sync']),
    ]);
    // A data folder that is there is complete, even if we were killed half-way.
    renameSync(draft, server.data);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

async function run(place: Place, program: string, args: string[]): Promise<void> {
  const binary = join(place.binaries, 'bin', program);
  makeExecutable(binary);
  const child = spawn(binary, args, { ...place.owner, cwd: dirname(place.data), stdio: ['ignore', 'ignore', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  if (code !== 0) throw new Error(`PostgreSQL could not be set up in ${place.data}: ${explain(complaints)}`);
}

async function start(home: string, place: Place, server: Server, durable: boolean): Promise<void> {
  const logFile = join(home, 'log');
  const binary = join(place.binaries, 'bin', 'postgres');
  makeExecutable(binary);
  const options = Object.entries({
    ...settings,
    ...(durable ? {} : careless),
    unix_socket_directories: socketFolder(server) ?? '',
    port: String(server.port),
  });

  for (let attempt = 1; ; attempt++) {
    // Nothing of ours answers, so a pid in there is a stranger's or a zombie's; PostgreSQL itself would refuse to start.
    rmSync(join(server.data, 'postmaster.pid'), { force: true });
    const socket = socketIn(dirname(server.data), server.port);
    for (const left of [socket, `${socket}.lock`]) rmSync(left, { force: true });
    const log = openSync(logFile, 'w');
    const child = spawn(
      binary,
      ['-D', server.data, ...options.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      {
        ...place.owner,
        cwd: dirname(server.data),
        detached: true,
        stdio: ['ignore', log, log],
      },
    );
    closeSync(log);
    let exited = false;
    child.once('exit', () => (exited = true)).once('error', () => (exited = true));
    while (!exited && !(await isRunning(server))) await sleep(20);
    if (!exited) return child.unref();

    const complaints = readFileSync(logFile, 'utf8');
    // After `kill -9` of the postmaster its children need a moment to notice.
    if (attempt < 40 && complaints.includes('pre-existing shared memory block')) await sleep(250);
    else throw new Error(`PostgreSQL in ${server.data} does not start: ${explain(complaints)}`);
  }
}

function makeExecutable(binary: string): void {
  try {
    chmodSync(binary, 0o755);
  } catch {
    // Somebody else installed it; then it is executable already, or the attempt to run it says so.
  }
}

/** The one line of PostgreSQL's words that says what went wrong. */
function explain(complaints: string): string {
  if (/No space left on device/.test(complaints)) return 'the disk is full.';
  const lines = complaints.trim().split('\n');
  const telling = lines.find((line) => /FATAL|PANIC|error:/.test(line)) ?? lines.at(-1) ?? '';
  return telling.replace(/^.*?(FATAL|PANIC|error):\s*/, '') || 'it gave no reason.';
}

async function ensureDatabase(server: Server): Promise<void> {
  const found = await query(server, `select 1 from pg_database where datname = 'foyer'`);
  if (found.length === 0) await query(server, 'create database foyer');
}

async function stop(server: Server): Promise<void> {
  const pid = postmaster(server);
  // SIGINT is PostgreSQL's fast shutdown: connections are closed, data is written.
  if (pid) await endProcess(pid, { signal: 'SIGINT', patienceMs: 30_000 });
}

const freePort = (): Promise<number> => bind(0);
const isFree = (port: number): Promise<boolean> =>
  bind(port)
    .then(() => true)
    .catch(() => false);

function bind(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(port, '127.0.0.1', () => {
      const { port: bound } = server.address() as { port: number };
      server.close(() => resolve(bound));
    });
  });
}
