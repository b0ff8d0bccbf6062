import { Injectable } from '@nestjs/common';
import { PlatformDatabase } from '@foyer/database';
import { Queues } from './queue.js';

export interface FailedJob {
  id: string;
  name: string;
  /** Name of the tenant whose job it is; null for the platform's own. */
  tenant: string | null;
  tenantId: string | null;
  error: string;
  attempts: number;
  failedAt: string | null;
}

/** Dead letters: jobs that used up their attempts. They stay for thirty days. */
@Injectable()
export class FailedJobs {
  constructor(
    private readonly queues: Queues,
    private readonly platform: PlatformDatabase,
  ) {}

  async page(
    start: number,
    limit: number,
  ): Promise<{ jobs: FailedJob[]; counts: Record<'waiting' | 'active' | 'delayed' | 'failed', number> }> {
    const queue = this.queues.events;
    const jobs = await queue.getFailed(start, start + limit - 1);
    const {
      failed = 0,
      waiting = 0,
      delayed = 0,
      active = 0,
    } = await queue.getJobCounts('failed', 'waiting', 'delayed', 'active');
    const tenants = await this.tenants(jobs.map((job) => job.data.realm));
    return {
      counts: { waiting, active, delayed, failed },
      jobs: jobs.map((job) => ({
        id: job.id!,
        name: job.name,
        tenant: tenants.get(job.data.realm)?.name ?? null,
        tenantId: tenants.get(job.data.realm)?.id ?? null,
        error: job.failedReason ?? '',
        attempts: job.attemptsMade,
        failedAt: job.finishedOn ? new Date(job.finishedOn).toISOString() : null,
      })),
    };
  }

  /** Gives a failed job its attempts back. False when it is not there or has not failed. */
  async retry(id: string): Promise<boolean> {
    const job = await this.queues.events.getJob(id);
    if (!job || !(await job.isFailed())) return false;
    await job.retry('failed', { resetAttemptsMade: true });
    return true;
  }

  async retryAll(): Promise<void> {
    await this.queues.events.retryJobs({ state: 'failed' });
  }

  private async tenants(schemas: string[]): Promise<Map<string, { id: string; name: string }>> {
    if (schemas.length === 0) return new Map();
    const rows = await this.platform.read((em) =>
      em.execute<{ schema_name: string; id: string; name: string }[]>(
        'select schema_name, id, name from platform.tenant where schema_name in (?)',
        [schemas],
      ),
    );
    return new Map(rows.map(({ schema_name, id, name }) => [schema_name, { id, name }]));
  }
}
