import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { PortalActor } from '@foyer/identity';
import { Collections, InUse, useBy, Uses } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { priorityOptions, priorityReference } from './priorities.js';
import { type RequestField, requestFields } from './request-field.js';
import { FIRST_TYPE, type RequestType, requestTypes } from './request-type.js';

/** What can be asked for in this portal, and what is asked in return. All of it comes from memory. */
@Injectable()
export class Requests implements OnModuleInit {
  constructor(
    private readonly collections: Collections,
    private readonly uses: Uses,
    private readonly slots: Slots,
  ) {}

  onModuleInit(): void {
    this.slots.fill(priorityReference, 10, async (locale) => priorityOptions({ locale }));
    // A field that is put away is answered no more, and what goes by its answers would do nothing.
    this.collections.restrict(requestFields, async (_actor, before, after) => {
      if (!before) return;
      if (!after) return this.mustBeUnasked(before.id);
      if (after.archived && !before.archived) await this.uses.mustBeNone(before.id);
      const left = before.options.filter(({ id }) => !after.options.some((option) => option.id === id));
      for (const { id } of left) await this.uses.mustBeNone(id);
    });
  }

  /** Whoever removes a field sees first which forms would ask for less. @throws InUse */
  private async mustBeUnasked(fieldId: string): Promise<void> {
    const types = await this.collections.stored(requestTypes);
    const asking = types.filter(({ questions }) => questions.some((question) => question.fieldId === fieldId));
    if (asking.length > 0) throw new InUse(asking.map((type) => useBy(requestTypes, type)));
  }

  types(): Promise<readonly RequestType[]> {
    return this.collections.all(requestTypes);
  }

  fields(): Promise<readonly RequestField[]> {
    return this.collections.all(requestFields);
  }

  /** The types this person may use; never none, so that everybody can write. */
  async offered(actor: PortalActor): Promise<RequestType[]> {
    const offered = (await this.types()).filter((type) => type.enabled && isFor(type, actor));
    return offered.length > 0 ? offered : [FIRST_TYPE];
  }

  /** One of those offered, by id or by the end of its address. */
  async find(actor: PortalActor, key: string): Promise<RequestType | undefined> {
    return (await this.offered(actor)).find(({ id, slug }) => id === key || slug === key);
  }
}

function isFor({ audience }: RequestType, { teamRole, companies }: PortalActor): boolean {
  if (teamRole || audience.who === 'everybody') return true;
  return audience.who === 'role'
    ? companies.some(({ role }) => role === audience.role)
    : companies.some(({ id }) => audience.companyIds.includes(id));
}
