import { DelayedError, type Job } from 'bullmq';
import { Injectable } from '@nestjs/common';
import { inTenant, isOperating, type Tenant, TenantDirectory } from '@foyer/tenancy';
import { withCause } from './cause.js';
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
    const { realm, payload, stamp } = job.data;
    const actor = { kind: 'job', id: null, name: subscriber.name } as const;
    const handle = () =>
      withCause({ actor, request: stamp?.request ?? null, after: stamp?.id ?? null }, () =>
        subscriber.handle(payload, stamp),
      );
    try {
      if (!realm.startsWith('t_')) await handle();
      else {
        const tenant = await this.directory.bySchema(realm);
        if (tenant && isWaiting(tenant)) {
          await job.moveToDelayed(Date.now() + SUSPENDED_RETRY_MS, token);
          throw new DelayedError();
        }
        // The tenant may be gone, and its work with it.
        if (tenant && tenant.status !== 'closed') await inTenant(tenant, handle);
      }
    } catch (error) {
      const last = !(error instanceof DelayedError) && job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
      if (last && stamp) this.relay.done(stamp.id, subscriber.name);
      throw error;
    }
    if (stamp) this.relay.done(stamp.id, subscriber.name);
  }
}

const isWaiting = (tenant: Tenant): boolean => tenant.status !== 'closed' && !isOperating(tenant);
