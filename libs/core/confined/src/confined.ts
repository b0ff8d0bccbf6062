import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { READY, type Reply } from './serve.js';

export interface Bounds {
  /** Of one job, from the moment it begins. */
  seconds: number;
  /** Jobs at the same time, each in a process of its own. */
  atOnce: number;
  /** Jobs that may wait for their turn. */
  waiting: number;
  /** Of JavaScript's memory. */
  megabytes: number;
}

/** The job took too long, or more than its process could bear; it would do so again. */
export class Overrun extends Error {}
/** Too many jobs wait already; later there will be room. */
export class Overloaded extends Error {}

const IDLE_MS = 30_000;
const START_SECONDS = 60;

/**
 * Does work on what strangers sent in processes of their own, since a thread could not be stopped while it is in a library's
 * native code, and shares its memory, its CPU and the queue of Node's thread pool with whoever signs in meanwhile.
 * Processes start when there is work and end when there has been none for a while.
 */
export class Confined<Job, Result> {
  private readonly idle: ChildProcess[] = [];
  private readonly queue: (() => void)[] = [];
  private busy = 0;

  /** @param script a module that calls `serve`; its address ends as that of the module that names it */
  constructor(
    private readonly script: URL,
    private readonly bounds: Bounds,
  ) {}

  /** @throws Overrun, Overloaded; and an Error with the words of the one that the work threw */
  async run(job: Job): Promise<Result> {
    await this.turn();
    try {
      const child = this.idle.pop() ?? (await this.started());
      const reply = await this.reply(child, job);
      this.rest(child);
      if ('error' in reply) throw new Error(reply.error);
      return reply.result;
    } finally {
      this.busy -= 1;
      this.queue.shift()?.();
    }
  }

  private async turn(): Promise<void> {
    if (this.busy >= this.bounds.atOnce) {
      if (this.queue.length >= this.bounds.waiting) throw new Overloaded('Too much waits already');
      await new Promise<void>((resolve) => this.queue.push(resolve));
    }
    this.busy += 1;
  }

  private reply(child: ChildProcess, job: Job): Promise<Reply<Result>> {
    const reply = this.heard<Reply<Result>>(child, this.bounds.seconds);
    child.send(job as object, (error) => error && child.kill('SIGKILL'));
    return reply;
  }

  /** What the process says next. @throws Overrun, and then it is gone */
  private heard<Word>(child: ChildProcess, seconds: number): Promise<Word> {
    return new Promise((resolve, reject) => {
      const settle = (done: () => void) => {
        clearTimeout(timer);
        child.removeAllListeners();
        child.on('error', () => undefined);
        done();
      };
      const fail = () =>
        settle(() => {
          child.kill('SIGKILL');
          reject(new Overrun('The work was stopped'));
        });
      const timer = setTimeout(fail, seconds * 1000);
      child.once('message', (word) => settle(() => resolve(word as Word)));
      child.once('exit', fail);
      child.once('error', fail);
    });
  }

  private async started(): Promise<ChildProcess> {
    const path = fileURLToPath(this.script);
    const source = path.endsWith('.ts') ? ['--conditions=source', '--import', '@swc-node/register/esm-register'] : [];
    const child = fork(path, [], {
      execArgv: [...source, `--max-old-space-size=${this.bounds.megabytes}`],
      env: {},
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child.unref();
    child.channel?.unref();
    if ((await this.heard(child, START_SECONDS)) !== READY) throw new Error(`${path} does not serve`);
    return child;
  }

  /** Keeps a process for the next job, but not for ever, and never the whole program for its sake. */
  private rest(child: ChildProcess): void {
    this.idle.push(child);
    const away = () => {
      clearTimeout(timer);
      const at = this.idle.indexOf(child);
      if (at >= 0) this.idle.splice(at, 1);
    };
    const timer = setTimeout(() => {
      if (!this.idle.includes(child)) return;
      away();
      child.kill('SIGKILL');
    }, IDLE_MS);
    timer.unref();
    child.once('exit', away);
  }
}
