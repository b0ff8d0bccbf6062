import { Injectable, Logger } from '@nestjs/common';
import { Every } from '@foyer/events';
import { inTenant } from '@foyer/tenancy';
import { Directory } from './directory.js';

const HOUR = 3600;

/** Runs inside each tenant that operates; harmless when it runs twice. */
export type MaintenanceTask = () => Promise<unknown>;

/** What has to be done in every tenant from time to time, such as forgetting what has expired. Any module adds its own. */
@Injectable()
export class Maintenance {
  private readonly log = new Logger('Maintenance');
  private readonly tasks = new Map<string, MaintenanceTask>();

  constructor(private readonly directory: Directory) {}

  register(name: string, task: MaintenanceTask): void {
    if (this.tasks.has(name)) throw new Error(`Two tasks of the maintenance are called ${name}`);
    this.tasks.set(name, task);
  }

  /** One tenant after the other; a task that fails in one is noted and does not keep the rest waiting. */
  // The queue knows the schedule by this name.
  @Every(HOUR, 'tenants.chores')
  async run(): Promise<void> {
    for await (const tenant of this.directory.operating()) {
      for (const [name, task] of this.tasks) {
        await inTenant(tenant, task).catch((error: Error) =>
          this.log.warn(`${name} in ${tenant.id}: ${error.message}`),
        );
      }
    }
  }
}
