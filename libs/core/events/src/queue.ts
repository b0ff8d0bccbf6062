import { createPostgresBackend, Queue, type QueueOptions, Worker, type Processor } from 'bullmq';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { loginUrl, SteadyClient } from '@foyer/database';

/** One subscriber's share of one event. */
export interface EventJob {
  /** Schema that published the event, or the platform's role. */
  realm: string;
  payload: object;
}
export type JobQueue = Queue<EventJob, void, string>;

const QUEUE = 'events';
/** Eight attempts over about four minutes, then the job waits among the failed ones for somebody to look. */
export const RETRIES = { attempts: 8, backoff: { type: 'exponential', delay: 2000, jitter: 0.3 } } as const;

/** BullMQ on PostgreSQL, or on Redis where the installation has one. */
@Injectable()
export class Queues implements OnApplicationShutdown {
  private opened: JobQueue | undefined;
  private readonly workers: Worker<EventJob, void, string>[] = [];

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  get events(): JobQueue {
    if (!this.opened) {
      this.opened = new Queue(QUEUE, this.options(), ...this.backend()) as unknown as JobQueue;
      this.opened.on('error', () => undefined); // a lost connection comes back by itself; the failing call says so
    }
    return this.opened;
  }

  work(processor: Processor<EventJob, void, string>): Worker<EventJob, void, string> {
    const options = { ...this.options(), concurrency: this.config.workerConcurrency, maxStalledCount: 10 };
    const worker = new Worker(QUEUE, processor, options as never, ...(this.backend() as [never]));
    this.workers.push(worker as never);
    return worker as never;
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.close()));
    await this.opened?.close();
  }

  private options(): QueueOptions {
    const { redisUrl } = this.config;
    const connection = redisUrl
      ? { url: redisUrl, maxRetriesPerRequest: null }
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
