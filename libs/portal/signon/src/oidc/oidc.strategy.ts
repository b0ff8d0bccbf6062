import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { attributeAt, type Claims, textOf, textsOf } from '../claims.js';
import type { Connection } from '../connection-book.js';
import { Handshake, type Outcome, type SignOnRequest } from '../strategy.js';
import { DEFAULT_SCOPE, type OidcConnection } from './oidc-connections.js';
import { type Answer, OpenId, type OpenIdClient } from './open-id.js';

/** OpenID Connect, as passport knows it. */
@Injectable()
export class OidcStrategy extends PassportStrategy(Handshake, 'oidc') {
  constructor(private readonly openId: OpenId) {
    super();
  }

  async validate({ signOn: asking, foyer }: Required<SignOnRequest>): Promise<Outcome> {
    const connection = asking.connection as Connection & OidcConnection;
    const client = clientOf(connection);
    if (asking.step === 'begin') return { to: await this.openId.addressFor(client, asking) };
    const query = foyer.url.slice(foyer.url.indexOf('?'));
    return { claims: claimsOf(connection, await this.openId.answer(client, asking, query)) };
  }
}

export const clientOf = ({ issuer, clientId, clientSecret, scope }: OidcConnection): OpenIdClient => ({
  ...{ issuer, clientId, clientSecret, scope: scope || DEFAULT_SCOPE },
  // What lets us ask again is given to those alone who have said so (OpenID Connect Core 1.0, 11).
  ...(/\boffline_access\b/.test(scope) && { parameters: { prompt: 'consent' } }),
});

/** What the token says, as the connection reads it. */
export function claimsOf(connection: Connection, { claims, tokens }: Pick<Answer, 'claims' | 'tokens'>): Claims {
  const { emailAttribute, nameAttribute, groupsAttribute } = connection;
  const verified = claims['email_verified'];
  return {
    subject: String(claims['sub']),
    email: textOf(attributeAt(claims, emailAttribute || 'email')),
    // It speaks of the standard address alone.
    emailVerified:
      emailAttribute && emailAttribute !== 'email' ? null : verified === undefined ? null : `${verified as string}` === 'true', // prettier-ignore
    name: textOf(attributeAt(claims, nameAttribute || 'name')),
    groups: textsOf(attributeAt(claims, groupsAttribute || 'groups')),
    attributes: claims,
    kept: {
      ...(tokens.refresh_token && { refresh: tokens.refresh_token }),
      ...(tokens.id_token && { idToken: tokens.id_token }),
      ...(typeof claims['sid'] === 'string' && { sid: claims['sid'] }),
    },
  };
}
