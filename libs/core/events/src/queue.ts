import { createPostgresBackend, Queue, type QueueOptions, Worker, type Processor } from 'bullmq';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { loginUrl, SteadyClient, waitBefore } from '@foyer/database';
import type { Stamp } from './cause.js';
import { type Lane, LANES } from './subscribers.js';

/** One subscriber's share of one event. */
export interface EventJob {
  /** Schema that published the event, or the platform's role. */
  realm: string;
  payload: object;
  /** Absent for schedules, and for jobs that the version before made. */
  stamp?: Stamp;
}
export type JobQueue = Queue<EventJob, void, string>;

/** Names of the queues. */
const QUEUES: Record<Lane, string> = { inside: 'events', outside: 'outside' };
/** Eight attempts over about four minutes, then the job waits among the failed ones for somebody to look. */
export const RETRIES = { attempts: 8, backoff: { type: 'exponential', delay: 2000, jitter: 0.3 } } as const;

/** After the queue could not be asked for a job. BullMQ's own 15 seconds are long for people who wait. */
const RETRY_TAKING_MS = 1_000;

/** BullMQ on PostgreSQL, or on Redis where the installation has one: a queue for each lane. */
@Injectable()
export class Queues implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly log = new Logger('Queue');
  private readonly opened = new Map<Lane, JobQueue>();
  private readonly workers: Worker<EventJob, void, string>[] = [];

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  of(lane: Lane): JobQueue {
    const known = this.opened.get(lane);
    if (known) return known;
    const queue = new Queue(QUEUES[lane], this.options(), ...this.backend()) as unknown as JobQueue;
    queue.on('error', () => undefined); // a lost connection comes back by itself; the failing call says so
    this.opened.set(lane, queue);
    return queue;
  }

  all(): JobQueue[] {
    return LANES.map((lane) => this.of(lane));
  }

  work(lane: Lane, processor: Processor<EventJob, void, string>): void {
    const { workerConcurrency } = this.config;
    const concurrency = lane === 'inside' ? workerConcurrency : outsidePlaces(workerConcurrency);
    const options = { ...this.options(), concurrency, maxStalledCount: 10, runRetryDelay: RETRY_TAKING_MS };
    const worker = new Worker(QUEUES[lane], processor, options as never, ...(this.backend() as [never]));
    worker.on('error', (error) => this.log.warn(error.message));
    worker.on('failed', (job, error) =>
      this.log.warn(`${job?.name} failed (attempt ${job?.attemptsMade}): ${error.message}`),
    );
    this.workers.push(worker as never);
  }

  /** Jobs that have begun are finished before anything they need is closed. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.close()));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.opened.values()].map((queue) => queue.close()));
  }

  private options(): QueueOptions {
    const { redisUrl } = this.config;
    const connection = redisUrl
      ? { url: redisUrl, maxRetriesPerRequest: null, retryStrategy: waitBefore }
      : { connectionString: loginUrl(this.config, 'queue'), schema: 'queue', max: 6, Client: SteadyClient };
    return {
      connection: connection as never,
      defaultJobOptions: {
        ...RETRIES,
        removeOnComplete: { age: 86_400, count: 20_000 },
        removeOnFail: { age: 30 * 86_400 },
      },
    };
  }

  private backend(): [] | [never] {
    return this.config.redisUrl ? [] : [createPostgresBackend as never];
  }
}

/** How many jobs a worker has at other people's servers at most. */
export const outsidePlaces = (workerConcurrency: number): number => Math.max(1, Math.floor(workerConcurrency / 2));
