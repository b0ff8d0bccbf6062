import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Obstacle, step } from '../../progress.mjs';
import type { SetupResult } from '../commands/setup.js';

/** Runs `foyer setup` in a process of its own, which then gives its memory back. */
export function setup(env: NodeJS.ProcessEnv): Promise<SetupResult> {
  return step('Preparing the database', (note) => {
    const child = fork(fileURLToPath(new URL('../main.js', import.meta.url)), ['setup', '--ipc'], {
      env,
      execArgv: ['--no-deprecation', '--enable-source-maps'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let complaints = '';
    child.stderr!.on('data', (chunk: Buffer) => (complaints += String(chunk)));
    return new Promise<SetupResult>((resolve, reject) => {
      let result: SetupResult | undefined;
      child.on('message', (message: { progress?: string; result?: SetupResult }) => {
        if (message.progress) note(message.progress);
        result ??= message.result;
      });
      child.once('close', (code) => {
        if (code === 0 && result) {
          process.stderr.write(complaints);
          resolve(result);
        } else reject(new Obstacle(`${complaints.trim()}\n\nThe database could not be prepared; the reason is above.`));
      });
    });
  });
}
