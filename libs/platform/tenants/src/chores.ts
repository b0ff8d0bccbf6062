import { Injectable, Logger } from '@nestjs/common';
import { Every } from '@foyer/events';
import { inTenant } from '@foyer/tenancy';
import { Directory } from './directory.js';

const HOUR = 3600;

/** Runs inside each tenant that operates; harmless when it runs twice. */
export type Chore = () => Promise<unknown>;

/** What has to be done in every tenant from time to time, such as forgetting what has expired. Any module adds its own. */
@Injectable()
export class Chores {
  private readonly log = new Logger('Chores');
  private readonly chores = new Map<string, Chore>();

  constructor(private readonly directory: Directory) {}

  register(name: string, chore: Chore): void {
    if (this.chores.has(name)) throw new Error(`Two chores are called ${name}`);
    this.chores.set(name, chore);
  }

  /** One tenant after the other; a chore that fails in one is noted and does not keep the rest waiting. */
  @Every(HOUR, 'tenants.chores')
  async run(): Promise<void> {
    for await (const tenant of this.directory.operating()) {
      for (const [name, chore] of this.chores) {
        await inTenant(tenant, chore).catch((error: Error) =>
          this.log.warn(`${name} in ${tenant.id}: ${error.message}`),
        );
      }
    }
  }
}
