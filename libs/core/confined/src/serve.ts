import { setPriority } from 'node:os';

/** What comes back for a job. An error comes back as its words alone. */
export type Reply<Result> = { result: Result } | { error: string };

/** The first word of a process: it has loaded what it needs, and its jobs' time counts from there. */
export const READY = 'ready';

/** The other end of `Confined`: does one job after another until whoever sent them is gone. */
export function serve<Job, Result>(work: (job: Job) => Promise<Result> | Result): void {
  // Whoever waits for a page goes first.
  setPriority(10);
  // A signal to the whole group is for the one who sends the jobs: it ends us when it has no more of them.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
  process.on('disconnect', () => process.exit());
  process.on('message', (job: Job) => {
    void Promise.resolve()
      .then(() => work(job))
      .then(
        (result): Reply<Result> => ({ result }),
        (error: Error): Reply<Result> => ({ error: String(error?.message ?? error) }),
      )
      .then((reply) => process.send?.(reply));
  });
  process.send?.(READY);
}
