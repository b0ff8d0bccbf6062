import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { PackSections } from '@foyer/tenants';
import { Collections } from '../collections.js';
import type { CollectionItem } from '../section.js';
import { inPack } from './resource-pack.js';
import { declaredResources } from './resource.js';

/** The parts of tenant packs that are a declared list and nothing else. */
@Injectable()
export class ResourcePacks implements OnModuleInit {
  constructor(
    private readonly collections: Collections,
    private readonly sections: PackSections,
  ) {}

  onModuleInit(): void {
    for (const list of declaredResources()) {
      const { pack } = list.about;
      if (!pack) continue;
      this.sections.register<Record<string, Omit<CollectionItem, 'id'>[]>>({
        ...{ name: pack.name, order: pack.order },
        schema: z.strictObject({ [list.name]: z.array(inPack(list, [])) }),
        apply: async (content) => void (await this.collections.bring(list, content[list.name]!, pack.isSame)),
      });
    }
  }
}
