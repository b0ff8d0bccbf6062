import { createHash } from 'node:crypto';
import * as client from 'openid-client';
import { LRUCache } from 'lru-cache';
import { Inject, Injectable } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { unseal } from '@foyer/credentials';
import { ForbiddenAddress, Outbound, OutboundFailed } from '@foyer/outbound';
import { currentTenant } from '@foyer/tenancy';
import { connectionSeal } from '../connections.js';
import { SignOnRefused } from '../refused.js';
import type { Asking } from '../strategy.js';

/** Whom to ask, and as whom. */
export interface OpenIdClient {
  issuer: string;
  clientId: string;
  /** As it is kept. */
  clientSecret: string;
  scope: string;
  /** Where the provider has no page that says where it does what. */
  metadata?: client.ServerMetadata;
  /** Beside what all are asked. */
  parameters?: Record<string, string>;
}
/** What a provider has said, and proved. */
export interface Answer {
  claims: Record<string, unknown>;
  tokens: client.TokenEndpointResponse & client.TokenEndpointResponseHelpers;
  config: client.Configuration;
}

const TIMEOUT_S = 10;
const MAX_BYTES = 512 * 1024;
/** A provider that has changed its addresses is known again soon; keys are looked for by themselves when a new one turns up. */
const FRESH_MS = 10 * 60_000;

/** Asks providers of OpenID Connect and OAuth 2.0: with PKCE, state and nonce, signatures checked, and by the one way out. */
@Injectable()
export class OpenId {
  private readonly known = new LRUCache<string, Promise<client.Configuration>>({ max: 500, ttl: FRESH_MS });

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly outbound: Outbound,
  ) {}

  /** Where to send the browser. @throws SignOnRefused */
  async addressFor(asked: OpenIdClient, { flow, back }: Asking): Promise<string> {
    return this.told(async () => {
      const config = await this.configOf(asked);
      const address = client.buildAuthorizationUrl(config, {
        ...{ redirect_uri: back, scope: asked.scope, state: flow.state, code_challenge_method: 'S256' },
        ...(asked.metadata ? {} : { nonce: flow.nonce }),
        code_challenge: createHash('sha256').update(flow.verifier).digest('base64url'),
        ...asked.parameters,
      });
      return address.href;
    });
  }

  /**
   * What came back with the browser, proved: the state is the one that this browser took along, the code is exchanged with the verifier
   * that never left us, and the token is signed, for us, by this provider, about this very question (security 27).
   * @throws SignOnRefused
   */
  async answer(asked: OpenIdClient, { flow, back }: Asking, query: string): Promise<Answer> {
    return this.told(async () => {
      const config = await this.configOf(asked);
      const tokens = await client.authorizationCodeGrant(config, new URL(`${back}${query}`), {
        ...{ expectedState: flow.state, pkceCodeVerifier: flow.verifier },
        ...(asked.metadata ? {} : { expectedNonce: flow.nonce, idTokenExpected: true }),
      });
      const claims = tokens.claims();
      if (!claims) return { claims: {}, tokens, config };
      const more = config.serverMetadata().userinfo_endpoint
        ? await client.fetchUserInfo(config, tokens.access_token, claims.sub)
        : {};
      return { claims: { ...more, ...claims }, tokens, config };
    });
  }

  /** Whether the provider still stands by somebody: what it gives to be asked again; false when it says no. */
  async again(asked: OpenIdClient, refresh: string): Promise<string | false> {
    try {
      const config = await this.configOf(asked);
      return (await client.refreshTokenGrant(config, refresh)).refresh_token ?? refresh;
    } catch (error) {
      if (error instanceof client.ResponseBodyError && error.error === 'invalid_grant') return false;
      throw error;
    }
  }

  /** A document of an API beside it. @throws SignOnRefused */
  async document(config: client.Configuration, token: string, url: string): Promise<unknown> {
    return this.told(async () => {
      const answer = await client.fetchProtectedResource(config, token, new URL(url), 'GET');
      if (answer.status !== 200) throw new SignOnRefused('answer', 'api');
      return answer.json();
    });
  }

  /** Where somebody signs out of the provider as well; null: it has no such page. @throws SignOnRefused */
  async signOutAddress(asked: OpenIdClient, idToken: string | null, after: string): Promise<string | null> {
    return this.told(async () => {
      const config = await this.configOf(asked);
      if (!config.serverMetadata().end_session_endpoint) return null;
      const hint: Record<string, string> = idToken === null ? {} : { id_token_hint: idToken };
      return client.buildEndSessionUrl(config, { ...hint, post_logout_redirect_uri: after }).href;
    });
  }

  /** The keys a provider signs with, as they are now. @throws SignOnRefused */
  async keys(address: string): Promise<unknown> {
    return this.told(async () => {
      const answer = await this.fetch(address, { method: 'GET', headers: {}, body: null, redirect: 'manual' });
      if (answer.status !== 200) throw new SignOnRefused('answer', 'keys');
      return answer.json();
    });
  }

  async configOf({ issuer, clientId, clientSecret, metadata }: OpenIdClient): Promise<client.Configuration> {
    const key = `${currentTenant().id} ${issuer} ${clientId} ${clientSecret}`;
    const before = this.known.get(key);
    if (before) return before;
    const secret = unseal(this.config.secretKey, connectionSeal(), clientSecret);
    if (secret === null) throw new SignOnRefused('answer', 'secret');
    const asking = this.discovered(new URL(issuer), clientId, secret, metadata);
    this.known.set(key, asking);
    asking.catch(() => this.known.delete(key));
    return asking;
  }

  private async discovered(issuer: URL, clientId: string, secret: string, metadata?: client.ServerMetadata) {
    const proof = clientProof(secret);
    // A token is only as good as its signature, also where it came by a connection of our own.
    const checks = [client.enableNonRepudiationChecks, ...(this.isPlain ? [client.allowInsecureRequests] : [])];
    const fetch = this.fetch.bind(this);
    if (!metadata)
      return client.discovery(issuer, clientId, { client_secret: secret }, proof, {
        ...{ timeout: TIMEOUT_S, execute: checks, [client.customFetch]: fetch },
      });
    const config = new client.Configuration(metadata, clientId, { client_secret: secret }, proof);
    config[client.customFetch] = fetch;
    config.timeout = TIMEOUT_S;
    return config;
  }

  private get isPlain(): boolean {
    return this.config.env !== 'production';
  }

  private async fetch(address: string, { method, headers, body }: client.CustomFetchOptions): Promise<Response> {
    const url = new URL(address);
    const standIn = this.config.signOnStandIns[url.origin];
    const {
      status,
      headers: given,
      body: content,
    } = await this.outbound.fetch(standIn ? new URL(url.pathname + url.search, standIn) : url, {
      ...{ method: method as 'GET', headers, plain: this.isPlain, maxBytes: MAX_BYTES, timeoutMs: TIMEOUT_S * 1000 },
      ...(body != null && { body: body instanceof URLSearchParams ? body.toString() : (body as string) }),
    });
    const shown = new Headers();
    for (const [name, value] of Object.entries(given)) shown.set(name, String(value));
    return new Response(status === 204 || status === 304 ? null : new Uint8Array(content), { status, headers: shown });
  }

  /** What went wrong, in our words. */
  private async told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw refusalOf(error);
    }
  }
}

/** As the provider takes it: most take both. */
function clientProof(secret: string): client.ClientAuth {
  const [basic, post] = [client.ClientSecretBasic(secret), client.ClientSecretPost(secret)];
  return (as, ...rest) => {
    const taken = as.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (taken.includes('client_secret_basic') ? basic : post)(as, ...rest);
  };
}

export function refusalOf(error: unknown): unknown {
  if (error instanceof SignOnRefused) return error;
  if (error instanceof client.AuthorizationResponseError)
    return new SignOnRefused(error.error === 'access_denied' ? 'cancelled' : 'answer', wordOf(error.error));
  if (error instanceof client.ResponseBodyError) return new SignOnRefused('answer', wordOf(error.error));
  const isUnreachable = (cause: unknown): boolean =>
    cause instanceof OutboundFailed ||
    cause instanceof ForbiddenAddress ||
    (cause instanceof Error && cause.cause !== undefined && isUnreachable(cause.cause));
  if (isUnreachable(error)) return new SignOnRefused('unreachable');
  // Not JSON.
  if (error instanceof SyntaxError) return new SignOnRefused('answer', 'json');
  if (!(error instanceof client.ClientError) && !(error instanceof client.WWWAuthenticateChallengeError)) return error;
  const claim = claimOf(error.cause);
  const code = error instanceof client.ClientError ? error.code : 'OAUTH_CHALLENGE';
  return code === 'OAUTH_TIMEOUT' || code === 'OAUTH_ABORT'
    ? new SignOnRefused('unreachable')
    : new SignOnRefused('answer', [wordOf(code ?? 'answer'), claim].filter(Boolean).join(' '));
}

/** Which claim it was that did not fit. */
function claimOf(cause: unknown): string | null {
  for (let at = cause, depth = 0; typeof at === 'object' && at !== null && depth < 4; depth += 1) {
    const { claim, attribute, cause: next } = at as Record<string, unknown>;
    const named = [claim, attribute].find((one) => typeof one === 'string') as string | undefined;
    if (named) return wordOf(named);
    at = next;
  }
  return null;
}

/** Other people's words are kept only as far as they are words. */
const wordOf = (word: string): string => word.toLowerCase().replace(/[^a-z0-9_-]/g, '').slice(0, 60); // prettier-ignore
