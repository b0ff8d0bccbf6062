import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Api } from '@foyer/api';
import { listOperations } from '../api/list-operations.js';
import { Collections } from '../collections.js';
import { declaredResources } from './resource.js';

/** What a team sets up, for programs: the same lists, by the same rules. */
@Injectable()
export class ResourceOperations implements OnModuleInit {
  constructor(
    private readonly api: Api,
    private readonly collections: Collections,
  ) {}

  onModuleInit(): void {
    for (const resource of declaredResources()) {
      const { one, page } = resource.about;
      const told = { one, several: resource.name.replaceAll('-', ' '), writable: true };
      this.api.add(
        ...listOperations(this.collections, resource, page.feature ? { ...told, feature: page.feature } : told),
      );
    }
  }
}
