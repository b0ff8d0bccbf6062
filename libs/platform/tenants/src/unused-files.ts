import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Files } from '@foyer/files';
import { currentTenant } from '@foyer/tenancy';
import { Maintenance } from './maintenance.js';

/** Longer than anybody leaves a form open. */
const DAYS = 14;

/** Once a day, at an hour of its own in each tenant, what was uploaded and never came to hang on anything is removed. */
@Injectable()
export class UnusedFiles implements OnModuleInit {
  constructor(
    private readonly maintenance: Maintenance,
    private readonly files: Files,
  ) {}

  onModuleInit(): void {
    this.maintenance.register('tenants.unused-files', () => this.sweep(new Date().getUTCHours()));
  }

  /** @returns how many went; none at any other hour */
  async sweep(hour: number): Promise<number> {
    return hour === hourOf(currentTenant().id) ? this.files.removeUnused(DAYS) : 0;
  }
}

/** So that not all tenants have theirs looked through at once. */
const hourOf = (tenantId: string): number => Number.parseInt(tenantId.slice(-4), 16) % 24;
