import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * When a process began, or null when it is gone. Process ids are used again, so a pid alone never proves
 * that a process is ours; pid and start time together do.
 */
export function startOf(pid: number): string | null {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The name in parentheses may hold blanks; state is the 3rd field, start time the 22nd.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? null : fields[19]!;
    } catch {
      return null;
    }
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}

/** Writes down a process we started, so that a later start can tell whether it still runs. */
export function recordProcess(file: string, pid: number): void {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, JSON.stringify({ pid, start: startOf(pid) }));
}

/** The process written down in `file`, if it still runs. */
export function recordedProcess(file: string): number | null {
  try {
    const { pid, start } = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; start: string };
    return start && startOf(pid) === start ? pid : null;
  } catch {
    return null;
  }
}

/** Asks with `signal`, waits, then insists with SIGKILL. */
export async function endProcess(pid: number, { signal = 'SIGTERM' as NodeJS.Signals, patienceMs = 10_000 } = {}) {
  const start = startOf(pid);
  if (!start) return;
  send(pid, signal);
  for (let waited = 0; startOf(pid) === start; waited += 25) {
    if (waited >= patienceMs) send(pid, 'SIGKILL');
    await sleep(25);
  }
}

function send(pid: number, signal: NodeJS.Signals) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Ends what an earlier run left behind in `folder` (`<name>.pid` files). */
export async function endRecorded(folder: string): Promise<string[]> {
  const files = listed(folder).filter((name) => name.endsWith('.pid'));
  const ended: string[] = [];
  for (const name of files) {
    const file = join(folder, name);
    const pid = recordedProcess(file);
    if (pid === process.pid) continue;
    if (pid) {
      await endProcess(pid);
      ended.push(basename(name, '.pid'));
    }
    rmSync(file, { force: true });
  }
  return ended;
}

export function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Runs `task` while no other process of this machine runs one under the same lock file. */
export async function alone<T>(lock: string, task: () => Promise<T>): Promise<T> {
  const draft = `${lock}.${randomUUID()}`;
  recordProcess(draft, process.pid);
  try {
    // A link appears whole or not at all: nobody takes a lock that is being written for a stale one.
    while (!linked(draft, lock)) {
      await sleep(50);
      if (recordedProcess(lock) === null) rmSync(lock, { force: true });
    }
  } finally {
    rmSync(draft, { force: true });
  }
  try {
    return await task();
  } finally {
    rmSync(lock, { force: true });
  }
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
