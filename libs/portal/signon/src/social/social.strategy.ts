import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Claims } from '../claims.js';
import type { Connection } from '../connection-book.js';
import { claimsOf } from '../oidc/oidc.strategy.js';
import { type Answer, OpenId, type OpenIdClient } from '../oidc/open-id.js';
import { SignOnRefused } from '../refused.js';
import { Handshake, type Outcome, type SignOnRequest } from '../strategy.js';
import type { SocialConnection, SocialProvider } from './social-connections.js';

const SCOPE = 'openid email profile';
const GITHUB = 'https://github.com';
const GITHUB_API = 'https://api.github.com';

interface Preset {
  client(connection: SocialConnection): Omit<OpenIdClient, 'clientId' | 'clientSecret'>;
  /** Whose an address is, in the provider's own way of saying so. @throws SignOnRefused */
  claims(connection: Connection & SocialConnection, answer: Answer, openId: OpenId): Claims | Promise<Claims>;
}

const google: Preset = {
  client: ({ organisation }) => ({
    ...{ issuer: 'https://accounts.google.com', scope: SCOPE },
    parameters: { prompt: 'select_account', ...(organisation && { hd: organisation }) },
  }),
  claims(connection, answer) {
    const claims = claimsOf(connection, answer);
    const hosted = answer.claims['hd'];
    // What the browser was asked for can be changed there; what is signed cannot.
    if (connection.organisation && hosted !== connection.organisation) throw new SignOnRefused('answer', 'hd');
    // Of other addresses Google knows only that they were somebody's once.
    const isGoogles = typeof hosted === 'string' || /@(?:gmail|googlemail)\.com$/i.test(claims.email ?? '');
    return { ...claims, emailVerified: claims.emailVerified === true && isGoogles };
  },
};

const DIRECTORY = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const microsoft: Preset = {
  client: ({ organisation }) => ({
    issuer: `https://login.microsoftonline.com/${encodeURIComponent(organisation || 'common')}/v2.0`,
    ...{ scope: SCOPE, parameters: { prompt: 'select_account' } },
  }),
  claims(connection, answer) {
    const claims = claimsOf(connection, answer);
    const { tid, xms_edov: owned } = answer.claims;
    if (typeof tid !== 'string' || !DIRECTORY.test(tid)) throw new SignOnRefused('answer', 'tid');
    if (DIRECTORY.test(connection.organisation) && tid.toLowerCase() !== connection.organisation.toLowerCase())
      throw new SignOnRefused('answer', 'tid');
    // Anybody's directory may write any address into its accounts; this says that the domain is the directory's (nOAuth, 2023).
    const isOwned = owned === true || owned === 1 || owned === '1' || owned === 'true';
    const isTheirDirectory = DIRECTORY.test(connection.organisation);
    return { ...claims, emailVerified: isOwned ? true : isTheirDirectory ? null : false };
  },
};

const github: Preset = {
  client: () => ({
    ...{ issuer: GITHUB, scope: 'read:user user:email' },
    metadata: {
      issuer: GITHUB,
      authorization_endpoint: `${GITHUB}/login/oauth/authorize`,
      token_endpoint: `${GITHUB}/login/oauth/access_token`,
      token_endpoint_auth_methods_supported: ['client_secret_post'],
    },
  }),
  async claims(connection, { tokens, config }, openId) {
    const ask = (path: string) => openId.document(config, tokens.access_token, `${GITHUB_API}${path}`);
    const user = (await ask('/user')) as Record<string, unknown>;
    const emails = (await ask('/user/emails')) as { email?: unknown; primary?: unknown; verified?: unknown }[];
    const { id } = user;
    if (typeof id !== 'number' || !Array.isArray(emails)) throw new SignOnRefused('answer', 'user');
    const primary = emails.find((one) => one.primary === true);
    const claims = { ...user, sub: String(id), email: primary?.email, email_verified: primary?.verified === true };
    return claimsOf(connection, { claims, tokens });
  },
};

const PRESETS: Record<SocialProvider, Preset> = { google, microsoft, github };

/** Accounts at Google, Microsoft and GitHub, as passport knows them. */
@Injectable()
export class SocialStrategy extends PassportStrategy(Handshake, 'social') {
  constructor(private readonly openId: OpenId) {
    super();
  }

  async validate({ signOn: asking, foyer }: Required<SignOnRequest>): Promise<Outcome> {
    const connection = asking.connection as Connection & SocialConnection;
    const preset = PRESETS[connection.provider];
    const { clientId, clientSecret } = connection;
    const client = { ...preset.client(connection), clientId, clientSecret };
    if (asking.step === 'begin') return { to: await this.openId.addressFor(client, asking) };
    const answer = await this.openId.answer(client, asking, foyer.url.slice(foyer.url.indexOf('?')));
    return { claims: await preset.claims(connection, answer, this.openId) };
  }
}
