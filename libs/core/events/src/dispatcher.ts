import { DelayedError, type Job } from 'bullmq';
import { Injectable } from '@nestjs/common';
import { inTenant, isOperating, TenantDirectory } from '@foyer/tenancy';
import { type EventJob, Queues } from './queue.js';
import { Relay } from './relay.js';
import { SCHEDULE_REALM, Schedules } from './schedules.js';
import { LANES, Subscribers } from './subscribers.js';

const SUSPENDED_RETRY_MS = 60_000;

/** The worker's side: takes jobs from the queue and runs each subscriber inside its event's tenant. */
@Injectable()
export class Dispatcher {
  constructor(
    private readonly queues: Queues,
    private readonly relay: Relay,
    private readonly schedules: Schedules,
    private readonly subscribers: Subscribers,
    private readonly directory: TenantDirectory,
  ) {}

  async start(): Promise<void> {
    for (const lane of LANES) this.queues.work(lane, (job, token) => this.run(job, token));
    this.relay.start();
    await this.schedules.start();
  }

  private async run(job: Job<EventJob, void, string>, token?: string): Promise<void> {
    if (job.data.realm === SCHEDULE_REALM) return this.schedules.run(job.name);
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
