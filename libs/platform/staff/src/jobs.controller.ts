import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { NotFound, Refused, holds } from '@foyer/access';
import { FailedJobs } from '@foyer/events';
import { AdminController, Ask, type Asked, seeOther, View } from '@foyer/web';
import type { StaffActor } from './staff-principals.js';

const filters = z.object({ from: z.coerce.number().int().min(0).max(1_000_000).catch(0) });
const PATH = '/jobs';
const PAGE = 50;
const listing = { query: filters };
const onJob = { params: { id: String } };

/** Work that failed for good, so that somebody sees it and can have it tried once more. */
@AdminController('jobs', { can: ['read', 'Job'] })
export class JobsController {
  constructor(private readonly failed: FailedJobs) {}

  @Get()
  @View('staff/jobs')
  async page(@Ask(listing) { actor, query: { from: start } }: Asked<typeof listing, StaffActor>) {
    const { jobs, counts } = await this.failed.page(start, PAGE);
    const link = (at: number) => (at === 0 ? PATH : `${PATH}?from=${at}`);
    return {
      jobs: jobs.map((job) => ({ ...job, tenantHref: job.tenantId && `/tenants/${job.tenantId}` })),
      counts,
      can: { retry: holds(actor.ability, 'manage', 'Job') },
      pagination: {
        previous: start > 0 ? link(Math.max(0, start - PAGE)) : null,
        next: start + PAGE < counts.failed ? link(start + PAGE) : null,
      },
    };
  }

  @Post('retry')
  async retryAll(@Ask() { actor }: Asked<object, StaffActor>) {
    if (!holds(actor.ability, 'manage', 'Job')) throw new Refused();
    await this.failed.retryAll();
    return seeOther(PATH, 'staff.jobs.retried');
  }

  @Post(':id/retry')
  async retry(@Ask(onJob) { actor, id }: Asked<typeof onJob, StaffActor>) {
    if (!holds(actor.ability, 'manage', 'Job')) throw new Refused();
    if (!(await this.failed.retry(id))) throw new NotFound();
    return seeOther(PATH, 'staff.jobs.retried');
  }
}
