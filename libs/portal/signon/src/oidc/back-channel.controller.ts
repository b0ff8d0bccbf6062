import { BadRequestException, HttpCode, Post, Req } from '@nestjs/common';
import { NotFound } from '@foyer/access';
import { type Limit, Limits } from '@foyer/credentials';
import { Ask, type Asked, type FoyerRequest, id, MachineController, readForm } from '@foyer/web';
import { ConnectionBook } from '../connection-book.js';
import { SignOnRefused } from '../refused.js';
import { SignedOutElsewhere } from '../signed-out-elsewhere.js';
import { LogoutTokens } from './logout-tokens.js';
import type { OidcConnection } from './oidc-connections.js';

const CALLS: Limit = { name: 'sign-on-logout', points: 300, seconds: 60 };
const BODY = { bytes: 64 * 1024, pairs: 10, files: 0, fileBytes: 0 };
const onConnection = { params: { connection: id } };

/** Where providers say that somebody has signed out there: the token is what shows who calls. */
@MachineController('sign-in/with')
export class BackChannelController {
  constructor(
    private readonly book: ConnectionBook,
    private readonly tokens: LogoutTokens,
    private readonly signedOut: SignedOutElsewhere,
    private readonly limits: Limits,
  ) {}

  @Post(':connection/sign-out')
  @HttpCode(200)
  async signOut(
    @Ask(onConnection) { connection: connectionId }: Asked<typeof onConnection>,
    @Req() req: FoyerRequest,
  ): Promise<object> {
    const connection = await this.book.find(connectionId);
    if (connection?.kind !== 'oidc') throw new NotFound();
    await this.limits.count(CALLS, connectionId);
    const pairs = await readForm(req, BODY, () => Promise.resolve()).catch(() => []);
    const [, token = ''] = pairs.find(([name]) => name === 'logout_token') ?? [];
    try {
      const { subject, sid } = await this.tokens.read(connection as typeof connection & OidcConnection, token);
      await this.signedOut.end(connection.id, { subject, sids: sid === null ? [] : [sid] });
      return {};
    } catch (error) {
      if (error instanceof SignOnRefused) throw new BadRequestException();
      throw error;
    }
  }
}
