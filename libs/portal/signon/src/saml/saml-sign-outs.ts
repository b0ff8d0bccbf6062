import { stringify } from 'node:querystring';
import type { SAML } from '@node-saml/node-saml';
import { Inject, Injectable } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { seal, unseal } from '@foyer/credentials';
import { currentTenant } from '@foyer/tenancy';
import { entityOf, signOutOf } from '../paths.js';
import { SignOnRefused } from '../refused.js';
import { Replays } from '../replays.js';
import { SignedOutElsewhere } from '../signed-out-elsewhere.js';
import { judgeLogout, type LogoutMessage, type LogoutSent } from './saml-logout.js';
import { type SamlConnectionAt, SamlProviders } from './saml-providers.js';
import { SamlStates } from './saml-states.js';

const MINUTES = 15;
const UNSPECIFIED = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified';

/** As whom, and in which session, somebody is signed in at their provider. */
export interface SignedInThere {
  name: string;
  format: string | null;
  sid: string | null;
}
/** Where the browser goes on; null: nowhere. */
export type AfterLogout = { to: string | null } | { success: boolean };

/** Signing out of a provider as well, and being told by it that somebody has (SAML profiles 4.4). */
@Injectable()
export class SamlSignOuts {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly providers: SamlProviders,
    private readonly states: SamlStates,
    private readonly replays: Replays,
    private readonly signedOut: SignedOutElsewhere,
  ) {}

  /** Our question, signed. Null: the provider has no place for it. */
  async addressFor(connection: SamlConnectionAt, { name, format, sid }: SignedInThere): Promise<string | null> {
    const library = await this.library(connection, () => this.question(connection));
    const who = { nameID: name, nameIDFormat: format ?? UNSPECIFIED, ...(sid !== null && { sessionIndex: sid }) };
    return library && asSigned(await library.getLogoutUrlAsync({ issuer: '', ...who }, '', {}));
  }

  /** Takes what a provider says. @throws SignOnRefused */
  async take(connection: SamlConnectionAt, sent: LogoutSent): Promise<AfterLogout> {
    const { entityId: idpIssuer, certificates } = await this.providers.of(connection);
    const message = judgeLogout(sent, { idpIssuer, certificates, place: signOutOf(connection) });
    return message.kind === 'request' ? this.obey(connection, message) : this.hear(connection, message);
  }

  private async obey(connection: SamlConnectionAt, message: LogoutMessage & { kind: 'request' }): Promise<AfterLogout> {
    const { id, until, name, sids, relayState } = message;
    await this.replays.mustBeFirst('saml logout', `${connection.id} ${id}`, until);
    await this.signedOut.end(connection.id, { name, sids });
    const library = await this.library(connection);
    // Who is not in here any more is out, too.
    const answer = await library?.getLogoutResponseUrlAsync({ ID: id } as never, relayState, {}, true);
    return { to: answer === undefined ? null : asSigned(answer) };
  }

  private async hear(
    connection: SamlConnectionAt,
    message: LogoutMessage & { kind: 'response' },
  ): Promise<AfterLogout> {
    const { inResponseTo, success } = message;
    const opened = unseal(this.config.secretKey, purpose(connection), inResponseTo.slice(1));
    const until = Number(opened);
    if (opened === null || !(until > Date.now())) throw new SignOnRefused('answer', 'in-response-to');
    await this.replays.mustBeFirst('saml logout answer', inResponseTo, new Date(until));
    return { success };
  }

  /** What our question is called shows, when it comes back, that it was ours, about this connection, and until when. */
  private question(connection: SamlConnectionAt): string {
    return `_${seal(this.config.secretKey, purpose(connection), String(Date.now() + MINUTES * 60_000))}`;
  }

  private async library(connection: SamlConnectionAt, generateUniqueId?: () => string): Promise<SAML | null> {
    const { signOutUrl, certificates } = await this.providers.of(connection);
    if (signOutUrl === '') return null;
    const [key] = await this.states.keysOf(connection);
    const { SAML, ValidateInResponseTo } = await import('@node-saml/node-saml');
    return new SAML({
      ...{ idpCert: certificates, issuer: entityOf(connection), callbackUrl: signOutOf(connection) },
      ...{ entryPoint: signOutUrl, logoutUrl: signOutUrl, validateInResponseTo: ValidateInResponseTo.never },
      ...{ privateKey: key!.privateKey, signatureAlgorithm: 'sha256', digestAlgorithm: 'sha256' },
      ...(generateUniqueId && { generateUniqueId }),
    });
  }
}

/** The library signs blanks and some signs otherwise than it writes them then; whoever proves it goes by the letters that came. */
function asSigned(address: string): string {
  const { origin, pathname, searchParams } = new URL(address);
  return `${origin}${pathname}?${stringify(Object.fromEntries(searchParams))}`;
}

const purpose = ({ id }: SamlConnectionAt) => `saml logout ${currentTenant().id} ${id}`;
