import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { choice, line, type ResourceItem, secret, text } from '@foyer/settings';
import { connectionSeal, declareConnections } from '../connections.js';
import { isFilter, PRODUCTS } from './directory-filter.js';
import { parseDn } from './distinguished-names.js';

/** From the first byte, after asking for it (RFC 4513, 3), or never: then passwords can be read on the way. */
export const SECURITIES = ['ldaps', 'starttls', 'plain'] as const;

const at = (label: string) => ({ label: `signon.directory.${label}`, hint: `signon.directory.${label}-hint` });

const host = z
  .string()
  .min(1)
  .max(253)
  .refine((value) => isIP(value) !== 0 || /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(value), 'signon.directory.host-form'); // prettier-ignore
const port = z
  .string()
  .refine(
    (value) => value === '' || (/^[1-9]\d{0,4}$/.test(value) && Number(value) < 65_536),
    'signon.directory.port-form',
  ) // prettier-ignore
  .default('');

/** Directories that speak LDAP, Active Directory among them. Names and passwords are typed on a page of ours. */
export const directoryConnections = declareConnections('directory', {
  one: 'directory connection',
  words: 'signon.directory',
  page: { icon: 'users', order: 26 },
  fields: {
    product: choice(PRODUCTS, 'signon.directory-product', {
      ...{ byDefault: 'active-directory', label: 'signon.directory.product' },
    }),
    host: line(host, 253, { placeholder: 'ldap.example.com', ...at('host') }),
    port: line(port, 5, at('port')),
    security: choice(SECURITIES, 'signon.directory-security', { byDefault: 'ldaps', ...at('security') }),
    ca: text(40_000, { optional: true, lines: 4, ...at('ca') }),
    bindDn: text(500, at('bind-dn')),
    bindPassword: secret(500, connectionSeal, { kept: 'signon.connection.secret-kept', ...at('bind-password') }),
    baseDn: text(500, at('base-dn')),
    filter: text(1_000, { optional: true, ...at('filter') }),
    groupBase: text(500, { optional: true, ...at('group-base') }),
  },
  counterpart: ['product', 'host', 'port', 'security', 'ca', 'bindDn'],
  proved: ['baseDn', 'filter'],
  needed: ['host', 'bindDn', 'bindPassword', 'baseDn'],
  addresses: () => [],
  derive: (item) => ({ ...item, ca: authorities(item.ca) }),
  check(item) {
    if (item.bindPassword === '') throw new InvalidField('bindPassword', 'web.form.required');
    if (item.filter !== '' && !isFilter(item.filter)) throw new InvalidField('filter', 'signon.directory.filter-form');
    for (const name of ['baseDn', 'groupBase'] as const)
      if (item[name] !== '' && parseDn(item[name]) === null) throw new InvalidField(name, 'signon.directory.dn-form');
    // Their directory is not in our network: what goes there goes through others'.
    if (item.security === 'plain' && item.companyId !== null)
      throw new InvalidField('security', 'signon.directory.plain-company');
  },
});
export type DirectoryConnection = ResourceItem<typeof directoryConnections>;

const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
const MOST = 10;

/** As it was pasted, and nothing around it. @throws InvalidField */
function authorities(pasted: string): string {
  const blocks = pasted.match(BLOCK) ?? [];
  const isMore = pasted.replace(BLOCK, '').trim() !== '' || blocks.length > MOST;
  if (isMore || !blocks.every(isCertificate)) throw new InvalidField('ca', 'signon.directory.ca-form');
  return blocks.join('\n');
}

function isCertificate(pem: string): boolean {
  try {
    return Boolean(new X509Certificate(pem));
  } catch {
    return false;
  }
}
