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
    const queues = this.queues.all();
    const found = await Promise.all(queues.map((queue) => queue.getFailed(0, start + limit - 1)));
    const jobs = found
      .flat()
      .sort((a, b) => (b.finishedOn ?? 0) - (a.finishedOn ?? 0))
      .slice(start, start + limit);
    const counts = { waiting: 0, active: 0, delayed: 0, failed: 0 };
    for (const queue of queues) {
      const of = await queue.getJobCounts('failed', 'waiting', 'delayed', 'active');
      for (const state of ['failed', 'waiting', 'delayed', 'active'] as const) counts[state] += of[state] ?? 0;
    }
    const tenants = await this.tenants(jobs.map((job) => job.data.realm));
    return {
      counts,
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
    for (const queue of this.queues.all()) {
      const job = await queue.getJob(id);
      if (!job || !(await job.isFailed())) continue;
      await job.retry('failed', { resetAttemptsMade: true });
      return true;
    }
    return false;
  }

  async retryAll(): Promise<void> {
    for (const queue of this.queues.all()) await queue.retryJobs({ state: 'failed' });
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
