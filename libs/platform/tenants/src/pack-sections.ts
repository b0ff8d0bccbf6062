import { Injectable } from '@nestjs/common';
import type { z } from 'zod';

/**
 * One part of a tenant pack (`settings.json`, `people.json`, …) and how it becomes data of the tenant. The module that owns
 * the data registers it. `apply` runs inside the tenant, in one transaction with the other parts, and may run again on the
 * same tenant: it brings things to the declared state and makes nothing twice.
 */
export interface PackSection<T = unknown> {
  name: string;
  /** Parts are applied from low to high: people before tickets. */
  order: number;
  schema: z.ZodType<T>;
  apply: (content: T, pack: { folder: URL | null }) => Promise<void>;
}

@Injectable()
export class PackSections {
  private readonly sections = new Map<string, PackSection>();

  register<T>(section: PackSection<T>): void {
    if (this.sections.has(section.name)) throw new Error(`Two pack sections are called ${section.name}`);
    this.sections.set(section.name, section as PackSection);
  }

  inOrder(): PackSection[] {
    return [...this.sections.values()].sort((a, b) => a.order - b.order);
  }
}
