import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { exportJWK, generateKeyPair } from 'jose';
import { afterTests } from './test-database.js';
import type { Visitor } from './visitor.js';

const TTLS = ['AccessToken', 'AuthorizationCode', 'Grant', 'IdToken', 'Interaction', 'RefreshToken', 'Session'];

export interface Account {
  email?: string;
  email_verified?: boolean;
  name?: string;
  groups?: string[];
}
/** As whom the portal is known to it. */
export const OIDC_CLIENT = { id: 'the-portal', secret: 'a-secret-of-thirty-two-characters' };

/** It says at length that it is not for production, which a test is not. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { warn, info } = console;
  Object.assign(console, { warn: () => undefined, info: () => undefined });
  return work().finally(() => Object.assign(console, { warn, info }));
}

/** A real OpenID provider of its own port, in which whoever is `next` is signed in without being asked. */
export class OidcStand {
  readonly accounts = new Map<string, Account>();
  next = '';
  /** Answers nothing but that. */
  away = false;
  private constructor(
    private readonly server: Server,
    readonly issuer: string,
  ) {}

  static async open(): Promise<OidcStand> {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const server = createServer((req, res) => void handle(req, res));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const stand = new OidcStand(server, issuer);
    const { Provider } = await quietly(() => import('oidc-provider'));
    const provider = await quietly(
      async () =>
        new Provider(issuer, {
          jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'one' }] },
          cookies: { keys: ['a key for cookies of a test'] },
          clients: [
            {
              client_id: OIDC_CLIENT.id,
              client_secret: OIDC_CLIENT.secret,
              redirect_uris: ['https://portal.example/return'],
              grant_types: ['authorization_code', 'refresh_token'],
              backchannel_logout_uri: 'https://portal.example/sign-out',
              backchannel_logout_session_required: true,
              post_logout_redirect_uris: ['https://portal.example/'],
            },
          ],
          ttl: Object.fromEntries(TTLS.map((what) => [what, 600])),
          pkce: { required: () => true },
          scopes: ['openid', 'offline_access', 'email', 'profile', 'groups'],
          claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
          conformIdTokenClaims: false,
          features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
          interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
          // Whoever is there no more is refused, also where a token of theirs is shown.
          findAccount: (_ctx, id) =>
            stand.accounts.has(id)
              ? { accountId: id, claims: () => Promise.resolve({ sub: id, ...stand.accounts.get(id) }) }
              : undefined,
          issueRefreshToken: (_ctx, client, code) =>
            Promise.resolve(client.grantTypeAllowed('refresh_token') && code.scopes.has('offline_access')),
        }),
    );
    // Addresses of portals are only known once they are there.
    (provider.Client.prototype as unknown as { redirectUriAllowed(): boolean }).redirectUriAllowed = () => true;
    const answers = provider.callback();
    const handle = async (...[req, res]: Parameters<typeof answers>): Promise<void> => {
      if (stand.away) return void Object.assign(res, { statusCode: 503 }).end();
      if (!req.url!.startsWith('/interaction/')) return answers(req, res);
      const { params } = await provider.interactionDetails(req, res);
      const grant = new provider.Grant({ accountId: stand.next, clientId: String(params['client_id']) });
      grant.addOIDCScope(String(params['scope']));
      const consent = { grantId: await grant.save() };
      await provider.interactionFinished(req, res, { login: { accountId: stand.next }, consent });
    };
    afterTests(() => stand.close());
    return stand;
  }

  account(id: string, account: Account): void {
    this.accounts.set(id, account);
    this.next = id;
  }

  /** Follows the provider's pages as a browser would, until one leads to another host. */
  async answer(address: string): Promise<string> {
    const jar = new Map<string, string>();
    for (let at = address, steps = 0; steps < 10; steps += 1) {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(at, { redirect: 'manual', headers: cookie ? { cookie } : {} });
      for (const line of response.headers.getSetCookie()) {
        const [pair = ''] = line.split(';');
        jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
      }
      const to = response.headers.get('location');
      if (to === null) throw new Error(`The provider stops: ${response.status} ${await response.text()}`);
      at = new URL(to, at).href;
      if (!at.startsWith(this.issuer)) return at;
    }
    throw new Error('The provider leads in circles');
  }

  private async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }
}

/** What comes back to the portal, as a path of it. */
export const pathOf = (address: string): string => {
  const { pathname, search } = new URL(address);
  return pathname + search;
};

/** To the provider, through it, and back. */
export async function through(visitor: Visitor, stand: OidcStand, connectionId: string, query = '') {
  const left = await visitor.get(`/sign-in/with/${connectionId}${query}`);
  if (left.status !== 303) throw new Error(`Nobody is sent on: ${left.status} ${left.text}`);
  return visitor.get(pathOf(await stand.answer(left.headers['location']!)));
}
