import { BadRequestException, Get, NotFoundException, Post, Req } from '@nestjs/common';
import { type Limit, Limits } from '@foyer/credentials';
import { apart } from '@foyer/database';
import { Ask, type Asked, type FoyerRequest, id, isForm, MachineController, readForm, seeOther } from '@foyer/web';
import { ConnectionBook } from '../connection-book.js';
import { SignOnRefused } from '../refused.js';
import type { LogoutSent } from './saml-logout.js';
import type { SamlConnectionAt } from './saml-providers.js';
import { SamlSignOuts } from './saml-sign-outs.js';

const CALLS: Limit = { name: 'saml-logouts', points: 300, seconds: 900 };
const LIMITS = { bytes: 400 * 1024, pairs: 10, files: 0, fileBytes: 0 };
const onConnection = { params: { connection: id } };
type OnConnection = Asked<typeof onConnection>;

/**
 * Where providers send a browser to say that somebody signs out there, or that they have. Opening it changes something: it is the provider's signature,
 * in time and once, that ends sessions, whichever browser brings it.
 */
@MachineController('sign-in/with')
export class SamlLogoutController {
  constructor(
    private readonly book: ConnectionBook,
    private readonly signOuts: SamlSignOuts,
    private readonly limits: Limits,
  ) {}

  @Get(':connection/slo')
  brought(@Ask(onConnection) asked: OnConnection, @Req() req: FoyerRequest) {
    const at = req.foyer.url.indexOf('?');
    return this.taken(asked, { query: at === -1 ? '' : req.foyer.url.slice(at + 1) });
  }

  @Post(':connection/slo')
  async posted(@Ask(onConnection) asked: OnConnection, @Req() req: FoyerRequest) {
    const fields = isForm(req) ? await readForm(req, LIMITS, () => Promise.resolve()).catch(() => []) : [];
    return this.taken(asked, { fields });
  }

  private async taken({ visit, connection: which }: OnConnection, sent: LogoutSent) {
    const connection = await this.book.find(which);
    if (connection?.kind !== 'saml') throw new NotFoundException();
    await this.limits.count(CALLS, visit.device.ip ?? 'unknown');
    try {
      const after = await apart(() => this.signOuts.take(connection as SamlConnectionAt, sent));
      if ('success' in after) return seeOther('/sign-in', `signon.left.${after.success ? 'done' : 'not-done'}`);
      return seeOther(after.to ?? '/sign-in');
    } catch (error) {
      if (error instanceof SignOnRefused) throw new BadRequestException('web.error.body');
      throw error;
    }
  }
}
