import { Post } from '@nestjs/common';
import { NotFound } from '@foyer/access';
import { demandSetup } from '@foyer/entitlements';
import { Ask, type Asked, id, PortalController, seeOther } from '@foyer/web';
import { type Connection, ConnectionBook } from '../connection-book.js';
import { ConnectionRights } from '../connection-rights.js';
import { pathOf } from '../paths.js';
import { SamlStates } from './saml-states.js';

const onConnection = { params: { connection: id } };
type OnConnection = Asked<typeof onConnection>;

/** Our certificate towards a provider, from the page of its connection on either side. */
@PortalController('sign-in/with')
export class OwnCertificateController {
  constructor(
    private readonly book: ConnectionBook,
    private readonly rights: ConnectionRights,
    private readonly states: SamlStates,
  ) {}

  @Post(':connection/certificate')
  async renew(@Ask(onConnection) asked: OnConnection) {
    const connection = await this.theirs(asked);
    await this.states.renew(connection);
    return seeOther(pathOf(asked.actor, connection), 'signon.saml.renewed');
  }

  @Post(':connection/certificate/removal')
  async removeOld(@Ask(onConnection) asked: OnConnection) {
    const connection = await this.theirs(asked);
    await this.states.removeOldest(connection);
    return seeOther(pathOf(asked.actor, connection), 'signon.saml.old-removed');
  }

  private async theirs({ actor, connection: which }: OnConnection): Promise<Connection> {
    const connection = await this.book.find(which);
    demandSetup();
    if (connection?.kind !== 'saml' || !(await this.rights.may(actor, connection))) throw new NotFound();
    return connection;
  }
}
