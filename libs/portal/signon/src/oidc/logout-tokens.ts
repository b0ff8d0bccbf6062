import type { JSONWebKeySet, JWTPayload } from 'jose';
import { Injectable } from '@nestjs/common';
import type { Connection } from '../connection-book.js';
import { Replays } from '../replays.js';
import { SignOnRefused } from '../refused.js';
import type { OidcConnection } from './oidc-connections.js';
import { clientOf } from './oidc.strategy.js';
import { OpenId } from './open-id.js';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** What providers sign with; none that a client's secret, or nobody, could have made. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
const OLDEST = '5 minutes';

/** Whom a provider has signed out: a subject, a session of theirs, or both. */
export interface SignedOut {
  subject: string | null;
  sid: string | null;
}

/** Tokens by which providers say that somebody has signed out there (OpenID Connect Back-Channel Logout 1.0, 2.6). */
@Injectable()
export class LogoutTokens {
  constructor(
    private readonly openId: OpenId,
    private readonly replays: Replays,
  ) {}

  /** @throws SignOnRefused */
  async read(connection: Connection & OidcConnection, token: string): Promise<SignedOut> {
    const client = clientOf(connection);
    const { issuer, jwks_uri: keys } = (await this.openId.configOf(client)).serverMetadata();
    if (keys === undefined) throw new SignOnRefused('answer', 'jwks_uri');
    const { createLocalJWKSet, jwtVerify } = await import('jose');
    const set = createLocalJWKSet((await this.openId.keys(keys)) as JSONWebKeySet);
    const payload = await jwtVerify(token, set, {
      ...{ issuer, audience: client.clientId, algorithms: ALGORITHMS, maxTokenAge: OLDEST, clockTolerance: 30 },
      requiredClaims: ['iat', 'exp', 'jti', 'events'],
    }).then(
      (verified) => verified.payload,
      (error: Error) =>
        Promise.reject(new SignOnRefused('answer', `logout ${(error as { claim?: string }).claim ?? ''}`.trim())),
    );
    const signedOut = subjectOf(payload);
    await this.replays.mustBeFirst('logout', `${connection.id} ${payload.jti}`, new Date(payload.exp! * 1000 + 60_000));
    return signedOut;
  }
}

function subjectOf({ events, nonce, sub, sid }: JWTPayload): SignedOut {
  const isLogout = typeof events === 'object' && events !== null && EVENT in events;
  // With a nonce it would be a token by which somebody signs in.
  if (!isLogout || nonce !== undefined) throw new SignOnRefused('answer', 'logout events');
  const found = { subject: typeof sub === 'string' ? sub : null, sid: typeof sid === 'string' ? sid : null };
  if (found.subject === null && found.sid === null) throw new SignOnRefused('answer', 'logout sub');
  if ([sub, sid].some((one) => typeof one === 'string' && one.includes('\0')))
    throw new SignOnRefused('answer', 'logout sub');
  return found;
}
