import { z } from 'zod';
import { line, type ResourceItem, secret, text } from '@foyer/settings';
import { connectionSeal, declareConnections } from '../connections.js';

export const DEFAULT_SCOPE = 'openid email profile';
const at = (label: string) => ({ label: `signon.oidc.${label}`, hint: `signon.oidc.${label}-hint` });

/** An https address without query and fragment: what providers call themselves (OpenID Connect Discovery 1.0, 3). */
const issuer = z
  .string()
  .max(500)
  .refine((value) => {
    const url = URL.parse(value);
    return (
      url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '' && url.username === ''
    );
  }, 'signon.oidc.issuer-form');

/** Identity providers that speak OpenID Connect. */
export const oidcConnections = declareConnections('oidc', {
  one: 'OpenID Connect connection',
  words: 'signon.oidc',
  page: { icon: 'key', order: 20 },
  fields: {
    issuer: line(issuer, 500, { kind: 'url', ...at('issuer') }),
    clientId: text(300, { optional: true, asked: true, later: true, ...at('client-id') }),
    clientSecret: secret(1_000, connectionSeal, {
      kept: 'signon.connection.secret-kept',
      later: true,
      ...at('client-secret'),
    }),
    scope: text(300, { optional: true, ...at('scope') }),
  },
  counterpart: ['issuer', 'clientId'],
});
export type OidcConnection = ResourceItem<typeof oidcConnections>;
