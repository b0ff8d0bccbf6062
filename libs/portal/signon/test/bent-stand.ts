import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterTests, OIDC_CLIENT } from '@foyer/app-cli/testing';

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;
interface Code {
  challenge: string;
  nonce: string | null;
  back: string;
}
/** How what it says differs from what it should. */
export interface Bent {
  claims?: Record<string, unknown>;
  /** Left out of the token. */
  without?: string[];
  alg?: 'none' | 'HS256' | 'stranger';
  /** Of the discovery document. */
  issuer?: string;
  userinfo?: Record<string, unknown>;
  /** Goes back with the browser. */
  query?: Record<string, string>;
  status?: number;
  body?: string;
}

/** A small OpenID provider that says whatever a test has it say; the rest of it is as it should be, PKCE and the client's secret included. */
export class BentStand {
  bent: Bent = {};
  person: Record<string, unknown> = { sub: 'ida', email: 'ida@bent.example', email_verified: true, name: 'Ida' };
  emails: { email: string; primary: boolean; verified: boolean }[] = [];
  private readonly codes = new Map<string, Code>();
  private constructor(
    private readonly keys: Keys,
    private readonly stranger: Keys,
    /** What it calls itself. */
    public issuer: string,
    /** Where it is. */
    readonly origin: string,
  ) {}

  static async open(issuer?: string): Promise<BentStand> {
    const keys = await generateKeyPair('RS256', { extractable: true });
    const stranger = await generateKeyPair('RS256', { extractable: true });
    const server = createServer((req, res) => void stand.answer(req, res).catch((error: Error) => res.destroy(error)));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const stand = new BentStand(keys, stranger, issuer ?? origin, origin);
    afterTests(async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    });
    return stand;
  }

  /** What the browser comes back with, having been sent there. */
  come(address: string): string {
    const { searchParams: asked } = new URL(address);
    const code = randomBytes(12).toString('hex');
    const [back, challenge] = [asked.get('redirect_uri')!, asked.get('code_challenge')!];
    this.codes.set(code, { challenge, nonce: asked.get('nonce'), back });
    const to = new URL(back);
    for (const [name, value] of Object.entries({ code, state: asked.get('state')!, ...this.bent.query }))
      to.searchParams.set(name, value);
    return to.href;
  }

  async token(claims: Record<string, unknown>, typ?: string): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const all: Record<string, unknown> = { iss: this.issuer, aud: OIDC_CLIENT.id, iat: now, exp: now + 300, ...claims };
    for (const name of this.bent.without ?? []) delete all[name];
    if (this.bent.alg === 'none') return new UnsecuredJWT(all).encode();
    const token = new SignJWT(all);
    if (this.bent.alg === 'HS256')
      return token.setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(OIDC_CLIENT.secret));
    const { privateKey } = this.bent.alg === 'stranger' ? this.stranger : this.keys;
    return token.setProtectedHeader({ alg: 'RS256', kid: 'one', ...(typ && { typ }) }).sign(privateKey);
  }

  private async answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { pathname } = new URL(req.url!, this.origin);
    const json = (body: unknown, status = 200) =>
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (this.bent.body !== undefined) return void res.writeHead(this.bent.status ?? 200).end(this.bent.body);
    if (pathname.endsWith('/.well-known/openid-configuration')) return void json(this.discovery());
    if (pathname === '/keys')
      return void json({ keys: [{ ...(await exportJWK(this.keys.publicKey)), alg: 'RS256', use: 'sig', kid: 'one' }] });
    if (pathname === '/me') return void json({ ...this.person, ...this.bent.userinfo });
    // GitHub's, which has no tokens that say who somebody is.
    if (pathname === '/user') return void json({ login: 'octo', id: 42, ...this.bent.userinfo });
    if (pathname === '/user/emails') return void json(this.emails);
    if (!/^\/(?:token|login\/oauth\/access_token)$/.test(pathname)) return void json({ error: 'not_found' }, 404);
    const form = new URLSearchParams(await text(req));
    const code = this.codes.get(form.get('code') ?? '');
    this.codes.delete(form.get('code') ?? '');
    const fits =
      createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url') === code?.challenge; // prettier-ignore
    if (!code || !fits || form.get('redirect_uri') !== code.back) return void json({ error: 'invalid_grant' }, 400);
    if (pathname !== '/token') return void json({ access_token: 'access', token_type: 'bearer', scope: 'user:email' });
    const claims = { ...this.person, ...(code.nonce && { nonce: code.nonce }), ...this.bent.claims };
    json({ access_token: 'access', token_type: 'Bearer', expires_in: 300, id_token: await this.token(claims) });
  }

  private discovery() {
    return {
      ...{ issuer: this.bent.issuer ?? this.issuer, authorization_endpoint: `${this.origin}/auth` },
      ...{
        token_endpoint: `${this.origin}/token`,
        jwks_uri: `${this.origin}/keys`,
        userinfo_endpoint: `${this.origin}/me`,
      },
      ...{ response_types_supported: ['code'], subject_types_supported: ['public'] },
      ...{ id_token_signing_alg_values_supported: ['RS256'], code_challenge_methods_supported: ['S256'] },
    };
  }
}
