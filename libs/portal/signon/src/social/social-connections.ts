import { choice, type ResourceItem, secret, text } from '@foyer/settings';
import { connectionSeal, declareConnections } from '../connections.js';

export const PROVIDERS = ['google', 'microsoft', 'github'] as const;
export type SocialProvider = (typeof PROVIDERS)[number];
const at = (label: string) => ({ label: `signon.social.${label}`, hint: `signon.social.${label}-hint` });

/** Accounts that people have elsewhere already. */
export const socialConnections = declareConnections('social', {
  one: 'social connection',
  words: 'signon.social',
  page: { icon: 'users', order: 24 },
  fields: {
    provider: choice(PROVIDERS, 'signon.provider', {
      byDefault: 'google',
      fixed: true,
      label: 'signon.social.provider',
    }),
    clientId: text(300, { optional: true, asked: true, later: true, ...at('client-id') }),
    clientSecret: secret(1_000, connectionSeal, {
      kept: 'signon.connection.secret-kept',
      later: true,
      ...at('client-secret'),
    }),
    /** Of Google: the domain of the organisation; of Microsoft: its directory. None: everybody. */
    organisation: text(200, { optional: true, ...at('organisation') }),
  },
  counterpart: ['provider', 'clientId', 'organisation'],
});
export type SocialConnection = ResourceItem<typeof socialConnections>;
