import { Injectable, type OnModuleInit } from '@nestjs/common';
import { translate } from '@foyer/i18n';
import type { PortalActor } from '@foyer/identity';
import { Collections, localized, Uses } from '@foyer/settings';
import { type RequestField, requestFields } from './request-field.js';
import { FIRST_TYPE, type RequestType, requestTypes } from './request-type.js';

/** What can be asked for in this portal, and what is asked in return. All of it comes from memory. */
@Injectable()
export class Requests implements OnModuleInit {
  constructor(
    private readonly collections: Collections,
    private readonly uses: Uses,
  ) {}

  onModuleInit(): void {
    this.uses.add(requestTypes.section, {
      kind: 'requests.setup.types.title',
      name: typeName,
      page: ({ id }) => `/console/settings/request-types/${id}`,
      goesBy,
    });
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

/** A question that is gone is only asked no more; one that depends on its answer never would be. */
const goesBy = ({ defaults, audience, questions }: RequestType, id: string): boolean =>
  JSON.stringify([defaults, audience, questions.map(({ when }) => when)]).includes(id);

function isFor({ audience }: RequestType, { teamRole, companies }: PortalActor): boolean {
  if (teamRole || audience.who === 'everybody') return true;
  return audience.who === 'role'
    ? companies.some(({ role }) => role === audience.role)
    : companies.some(({ id }) => audience.companyIds.includes(id));
}

export const typeName = (type: RequestType, locale: string): string =>
  localized(type, 'name', locale) || translate(locale, 'requests.form.first.name');
export const typeSentence = (type: RequestType, locale: string): string =>
  localized(type, 'sentence', locale) || (type.name ? '' : translate(locale, 'requests.form.first.sentence'));
