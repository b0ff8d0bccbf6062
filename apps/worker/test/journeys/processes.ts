import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const workspace = fileURLToPath(new URL('../../../../', import.meta.url));

/** A process of Foyer's own, from source. */
export function startProcess(name: 'web' | 'worker', variables: NodeJS.ProcessEnv): ChildProcess {
  return fork(join(workspace, 'apps', name, 'src/main.ts'), {
    cwd: workspace,
    execArgv: ['--conditions=source', '--import', '@swc-node/register/esm-register', '--no-deprecation'],
    env: { PATH: process.env.PATH, SWC_NODE_PROJECT: join(workspace, 'tsconfig.base.json'), ...variables },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

export const isReady = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  seconds: number,
  details = () => '',
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Not within ${seconds} s: ${what}. ${details()}`);
    await pause(50);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
