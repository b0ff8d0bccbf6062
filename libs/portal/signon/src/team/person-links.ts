import { Injectable } from '@nestjs/common';
import { holds, NotFound, Refused } from '@foyer/access';
import { Database } from '@foyer/database';
import { Outbox } from '@foyer/events';
import type { PortalActor } from '@foyer/identity';
import { ConsoleController, id, Posts, type Visit } from '@foyer/web';
import { ConnectionBook } from '../connection-book.js';
import { ConnectionRights } from '../connection-rights.js';
import { IdentityLinks, type Link } from '../identity-links.js';
import { IdentityUnlinked } from '../signon.events.js';

/** Which identities open somebody's account: for when a provider has given their address, or a new identity, to somebody; and on one's own. */
@Injectable()
export class PersonLinks {
  readonly place = 'main';

  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly book: ConnectionBook,
    private readonly rights: ConnectionRights,
    private readonly links: IdentityLinks,
  ) {}

  /** On the person's page in the console. */
  async load(actor: PortalActor, personId: string, visit: Visit) {
    if (!holds(actor.ability, 'manage', 'SignOn')) return null;
    const shown = [];
    for (const link of await this.links.ofPerson(personId))
      shown.push({
        ...(await this.described(link, visit)),
        ...{ subject: link.subject, mayUnlink: await this.mayUnlink(actor, link) },
        action: `/console/people/${personId}/links/${link.id}/removal`,
      });
    return shown.length > 0 ? { template: 'signon/team/person-links', view: { links: shown } } : null;
  }

  /** On one's own account. */
  async own({ id: personId }: PortalActor, visit: Visit) {
    const links = [];
    for (const link of await this.links.ofPerson(personId!)) links.push(await this.described(link, visit));
    return links.length > 0 ? { template: 'signon/account-links', view: { links } } : null;
  }

  private async described({ connectionId, lastUsed }: Link, visit: Visit) {
    return { name: (await this.book.find(connectionId))?.name ?? visit.t('signon.links.gone'), lastUsed };
  }

  /** The next time it is judged anew whose account that identity opens. Sessions go on. */
  async unlink(actor: PortalActor, personId: string, linkId: string): Promise<void> {
    if (!holds(actor.ability, 'manage', 'SignOn')) throw new Refused();
    const link = (await this.links.ofPerson(personId)).find((one) => one.id === linkId);
    if (!link) throw new NotFound();
    if (!(await this.mayUnlink(actor, link))) throw new Refused('signon.connection.owners-only');
    await this.database.write(async () => {
      await this.links.forget(linkId);
      await this.outbox.publish(new IdentityUnlinked(personId, link.connectionId, new Date().toISOString()), {
        by: actor,
      });
    });
  }

  private async mayUnlink(actor: PortalActor, { connectionId }: Link): Promise<boolean> {
    const connection = await this.book.find(connectionId);
    return connection === null || this.rights.may(actor, connection);
  }
}

const onLink = { params: { person: id, link: id } };

@ConsoleController('people/:person/links', { can: ['manage', 'Settings'] })
@Posts<typeof onLink, PortalActor, PersonLinksController>(onLink, ({ person }) => `/console/people/${person}`, {
  ':link/removal': [({ links }, { actor, person, link }) => links.unlink(actor, person, link), 'signon.links.removed'],
})
export class PersonLinksController {
  constructor(readonly links: PersonLinks) {}
}
