import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Obstacle } from '../../progress.mjs';
import { endProcess, recordProcess } from '../processes.js';
import { SERVER_FLAGS, SERVER_MEMORY } from './server-flags.js';

export interface Part {
  name: string;
  /** Module to run. */
  module: URL;
  /** Resolves when the part does its work. */
  ready: (child: ChildProcess) => Promise<void>;
}

/** After `many` within that time, the launcher says where to look; it never stops trying: a portal that may come back is better than none. */
const RESTARTS = { many: 5, withinMs: 60_000, firstWaitMs: 500, longestWaitMs: 8_000 };
const READY_WITHIN_MS = 60_000;
const LOG_LIMIT = 20 * 1024 * 1024;
const leash = fileURLToPath(new URL('../../leash.mjs', import.meta.url));

/** One of our processes: started, started again when it dies, stopped in peace. */
export class Child {
  private process: ChildProcess | undefined;
  private stopping = false;
  private starts: number[] = [];
  private readonly logFile: string;
  private readonly pidFile: string;

  constructor(
    private readonly part: Part,
    private readonly dataDir: string,
    private readonly env: NodeJS.ProcessEnv,
    private readonly restarts = RESTARTS,
  ) {
    this.logFile = join(dataDir, 'logs', `${part.name}.log`);
    this.pidFile = join(dataDir, 'run', `${part.name}.pid`);
  }

  /** Starts it and waits until it works. */
  async start(): Promise<void> {
    const child = this.run();
    const died = new Promise<never>((_, reject) =>
      child.once('exit', () => reject(new Obstacle(this.lastWords('did not start')))),
    );
    const late = new Promise<never>((_, reject) =>
      setTimeout(
        () => reject(new Obstacle(this.lastWords(`was not ready after ${READY_WITHIN_MS / 1000} s`))),
        READY_WITHIN_MS,
      ).unref(),
    );
    await Promise.race([this.part.ready(child), died, late]);
    child.once('exit', (code, signal) => this.revive(signal ?? `code ${code}`));
    died.catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    if (this.process?.pid) await endProcess(this.process.pid, { patienceMs: 20_000 });
    rmSync(this.pidFile, { force: true });
  }

  private run(): ChildProcess {
    mkdirSync(join(this.dataDir, 'logs'), { recursive: true });
    const grown = (statSync(this.logFile, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT;
    const log = openSync(this.logFile, grown ? 'w' : 'a');
    // Detached: Ctrl-C in the terminal reaches the launcher alone, which then stops its children in order.
    const child = fork(fileURLToPath(this.part.module), {
      env: { ...SERVER_MEMORY, ...this.env },
      execArgv: [...SERVER_FLAGS, `--import=${leash}`],
      stdio: ['ignore', log, log, 'ipc'],
      detached: true,
    });
    closeSync(log);
    if (child.pid) recordProcess(this.pidFile, child.pid);
    this.starts.push(Date.now());
    return (this.process = child);
  }

  private revive(how: string): void {
    if (this.stopping) return;
    const recent = (this.starts = this.starts.filter((at) => at > Date.now() - this.restarts.withinMs));
    const wait = Math.min(this.restarts.firstWaitMs * 2 ** (recent.length - 1), this.restarts.longestWaitMs);
    const often = recent.length > this.restarts.many ? `; it keeps stopping, see ${this.logFile}` : '';
    process.stdout.write(`  ${this.part.name} stopped unexpectedly (${how}) and is restarting${often}\n`);
    setTimeout(() => {
      if (!this.stopping) this.run().once('exit', (code, signal) => this.revive(signal ?? `code ${code}`));
    }, wait);
  }

  private lastWords(what: string): string {
    const log = existsSync(this.logFile) ? readFileSync(this.logFile, 'utf8') : '';
    const words = log.trimEnd().split('\n').slice(-15).join('\n');
    return `${words}\n\nThe ${this.part.name} process ${what}. The end of its log is above; the whole log is ${this.logFile}.`;
  }
}
