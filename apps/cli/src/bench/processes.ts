import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '@foyer/config';
import { SERVER_FLAGS, SERVER_MEMORY } from '../launch/server-flags.js';
import type { FloorPlan } from './floor.js';

export const workspace = fileURLToPath(new URL('../../../../', import.meta.url));

export async function startFloor(plan: FloorPlan): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(fileURLToPath(new URL('floor.js', import.meta.url)), {
    env: { ...process.env, NODE_ENV: 'production' },
  });
  child.send(plan);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { child, url: `http://127.0.0.1:${port}` };
}

export async function startWeb({ port, dataDir, databaseUrl, secretKey, baseUrl }: Config): Promise<ChildProcess> {
  const child = fork(join(workspace, 'apps/web/dist/main.js'), {
    execArgv: SERVER_FLAGS,
    env: {
      ...SERVER_MEMORY,
      ...process.env,
      NODE_ENV: 'production',
      PORT: String(port),
      BASE_URL: baseUrl.origin,
      DATA_DIR: dataDir,
      DATABASE_URL: databaseUrl,
      SECRET_KEY: secretKey,
      SMTP_URL: 'smtp://127.0.0.1:1',
      LOG_LEVEL: 'silent',
    },
  });
  for (;;) {
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return child;
    if (child.exitCode !== null) throw new Error('The web process does not start');
    await new Promise((resolve_) => setTimeout(resolve_, 50));
  }
}

/** What a process has used of the processors since it began, for itself and in the kernel: to a hundredth of a second. */
export function cpuMilliseconds(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold blanks; user and system time are the 14th and 15th field.
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    return (Number(user) + Number(system)) * 10;
  } catch {
    return undefined; // a system without /proc
  }
}

export function residentMegabytes(pid: number): number | undefined {
  try {
    const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes ? Math.round(Number(kilobytes) / 1024) : undefined;
  } catch {
    return undefined; // a system without /proc
  }
}
