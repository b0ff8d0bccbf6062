import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeEmbeddedPostgres, startEmbeddedPostgres, stopEmbeddedPostgres } from '../src/embedded-postgres.js';
import { endProcess, startOf } from '../src/processes.js';
import { ask } from './ask.js';

const folders: string[] = [];
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'foyer-postgres-'));
  chmodSync(made, 0o755);
  folders.push(made);
  return join(made, 'postgres');
}
afterAll(() => Promise.all(folders.map((made) => removeEmbeddedPostgres(join(made, 'postgres')))));

const dataOf = (home: string) => (JSON.parse(readFileSync(join(home, 'server.json'), 'utf8')) as { data: string }).data;
const postmasterOf = (home: string) =>
  Number(readFileSync(join(dataOf(home), 'postmaster.pid'), 'utf8').split('\n')[0]);

describe('embedded PostgreSQL', () => {
  const home = folder();
  let url = '';

  test('starts in an empty folder, on the loopback and a socket beside its data only, with room for many tables', async () => {
    ({ url } = await startEmbeddedPostgres(home));
    expect(await ask(url, 'show max_locks_per_transaction')).toBe('512');
    expect(await ask(url, 'show listen_addresses')).toBe('127.0.0.1');
    expect(decodeURIComponent(new URL(url).hostname)).toBe(await ask(url, 'show unix_socket_directories'));
    expect(await ask(url, 'show server_encoding')).toBe('UTF8');
    await ask(url, 'create table public.kept (n int)');
  });

  test('a second start uses the server that runs', async () => {
    const before = postmasterOf(home);
    expect((await startEmbeddedPostgres(home)).url).toBe(url);
    expect(postmasterOf(home)).toBe(before);
  });

  test('a server without a socket, as of a version before, is reached by its port', async () => {
    const home = folder();
    const { url } = await startEmbeddedPostgres(home, { durable: false });
    const before = postmasterOf(home);
    const there = new URL(url);
    rmSync(join(decodeURIComponent(there.hostname), `.s.PGSQL.${there.port}`));
    const again = await startEmbeddedPostgres(home, { durable: false });
    expect([new URL(again.url).hostname, postmasterOf(home)]).toEqual(['127.0.0.1', before]);
    expect(await ask(again.url, 'select 37 as n')).toBe(37);
  });

  test('two starts at the same time end with one server', async () => {
    const home = folder();
    const [one, two] = await Promise.all([
      startEmbeddedPostgres(home, { durable: false }),
      startEmbeddedPostgres(home, { durable: false }),
    ]);
    expect(one.url).toBe(two.url);
  });

  test('kill -9 of the server loses nothing and the next start works', async () => {
    await ask(url, 'insert into public.kept values (37)');
    await endProcess(postmasterOf(home), { signal: 'SIGKILL' });
    ({ url } = await startEmbeddedPostgres(home));
    expect(await ask(url, 'select n from public.kept')).toBe(37);
  });

  test('kill -9 of the one who started it leaves a server that the next start uses', async () => {
    const home = folder();
    const module = new URL('../src/embedded-postgres.ts', import.meta.url).href;
    const starter = spawnSync(
      process.execPath,
      [
        '--no-deprecation',
        '--conditions=source',
        '--import',
        '@swc-node/register/esm-register',
        '--input-type=module',
        '-e',
        `const m = await import(${JSON.stringify(module)}); await m.startEmbeddedPostgres(${JSON.stringify(home)}, { durable: false }); process.kill(process.pid, 'SIGKILL')`,
      ],
      { env: { ...process.env, NODE_OPTIONS: '' }, encoding: 'utf8' },
    );
    expect([starter.signal, starter.stderr]).toEqual(['SIGKILL', '']);
    const before = postmasterOf(home);
    expect(startOf(before)).not.toBeNull();
    await startEmbeddedPostgres(home, { durable: false });
    expect(postmasterOf(home)).toBe(before);
  });

  test('a pid file that names a stranger’s process does not stop the start', async () => {
    await stopEmbeddedPostgres(home);
    writeFileSync(
      join(dataOf(home), 'postmaster.pid'),
      `${process.pid}\n${dataOf(home)}\n0\n5432\n\n127.0.0.1\n\nready\n`,
    );
    const { hostname, port } = new URL(url);
    const lock = join(decodeURIComponent(hostname), `.s.PGSQL.${port}.lock`);
    writeFileSync(lock, `${process.pid}\n${dataOf(home)}\n0\n${port}\n`);
    ({ url } = await startEmbeddedPostgres(home));
    expect(await ask(url, 'select n from public.kept')).toBe(37);
  });

  test('a port taken by another program meanwhile is replaced', async () => {
    await stopEmbeddedPostgres(home);
    const { createServer } = await import('node:net');
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(Number(new URL(url).port), '127.0.0.1', resolve));
    const again = await startEmbeddedPostgres(home);
    taken.close();
    expect(new URL(again.url).port).not.toBe(new URL(url).port);
    url = again.url;
  });

  test('an interrupted first set-up is begun anew', async () => {
    const home = folder();
    mkdirSync(join(home, 'data.new'), { recursive: true });
    writeFileSync(join(home, 'data.new', 'PG_VERSION'), '18');
    await expect(startEmbeddedPostgres(home, { durable: false })).resolves.toHaveProperty('url');
  });

  test('works in a folder that only its owner may enter, as root too', async () => {
    const home = folder();
    chmodSync(join(home, '..'), 0o700);
    const { url } = await startEmbeddedPostgres(home, { durable: false });
    expect(await ask(url, 'select 1')).toBe(1);
  });

  test('as root, what was kept outside a private folder goes when its project is gone', async () => {
    if (process.getuid?.() !== 0) return;
    const privately = async () => {
      const home = folder();
      chmodSync(join(home, '..'), 0o700);
      await startEmbeddedPostgres(home, { durable: false });
      await stopEmbeddedPostgres(home);
      return home;
    };
    const abandoned = await privately();
    const data = dataOf(abandoned);
    expect(data.startsWith(abandoned)).toBe(false);
    rmSync(join(abandoned, '..'), { recursive: true });
    await privately();
    expect(existsSync(data)).toBe(false);
  });

  test('stops cleanly', async () => {
    const pid = postmasterOf(home);
    await stopEmbeddedPostgres(home);
    expect(startOf(pid)).toBeNull();
    expect(readFileSync(join(home, 'log'), 'utf8')).toContain('database system is shut down');
  });
});
