import { DelayedError, type Job } from 'bullmq';
import { Injectable, Logger } from '@nestjs/common';
import { inTenant, isOperating, TenantDirectory } from '@foyer/tenancy';
import { type EventJob, Queues } from './queue.js';
import { Relay } from './relay.js';
import { Subscribers } from './subscribers.js';

const SUSPENDED_RETRY_MS = 60_000;
const SCHEDULED: EventJob = { realm: 'schedule', payload: {} };

/** The worker's side: takes jobs from the queue and runs each subscriber inside its event's tenant. */
@Injectable()
export class Dispatcher {
  private readonly log = new Logger('Dispatcher');

  constructor(
    private readonly queues: Queues,
    private readonly relay: Relay,
    private readonly subscribers: Subscribers,
    private readonly directory: TenantDirectory,
  ) {}

  async start(): Promise<void> {
    const worker = this.queues.work((job, token) => this.run(job, token));
    worker.on('error', (error) => this.log.warn(error.message));
    worker.on('failed', (job, error) =>
      this.log.warn(`${job?.name} failed (attempt ${job?.attemptsMade}): ${error.message}`),
    );
    this.relay.start();
    // The queue keeps one scheduler per name, however many workers announce it: two workers, one run.
    for (const { name, seconds } of this.subscribers.schedules) {
      await this.queues.events.upsertJobScheduler(name, { every: seconds * 1000 }, { name, data: SCHEDULED });
    }
  }

  private async run(job: Job<EventJob, void, string>, token?: string): Promise<void> {
    if (job.data.realm === SCHEDULED.realm)
      return this.subscribers.schedules.find(({ name }) => name === job.name)?.run();
    const subscriber = this.subscribers.named(job.name);
    if (!subscriber) throw new Error(`No subscriber is called ${job.name}`);
    const { realm, payload } = job.data;
    if (!realm.startsWith('t_')) return subscriber.handle(payload);
    const tenant = await this.directory.bySchema(realm);
    if (!tenant || tenant.status === 'closed') return; // the tenant is gone, and its work with it
    if (!isOperating(tenant)) {
      await job.moveToDelayed(Date.now() + SUSPENDED_RETRY_MS, token);
      throw new DelayedError();
    }
    await inTenant(tenant, () => subscriber.handle(payload));
  }
}
