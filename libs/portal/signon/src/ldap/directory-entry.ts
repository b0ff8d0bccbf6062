import { attributeAt, type Claims, textOf } from '../claims.js';
import type { Connection } from '../connection-book.js';
import type { DirectoryConnection } from './directory-connections.js';

/** One entry of a directory; names of attributes in small letters, as directories write them as they like. */
export interface DirectoryEntry {
  dn: string;
  attributes: Record<string, string[]>;
  /** `objectGUID`, which is no text. */
  guid: Buffer | null;
}

/** All that is asked for beside what a connection names: no password is among it, whatever a service account may read. */
export const ATTRIBUTES = [
  ...['cn', 'displayName', 'givenName', 'sn', 'mail', 'uid', 'sAMAccountName', 'userPrincipalName', 'title'],
  ...['department', 'memberOf', 'objectGUID', 'entryUUID', 'nsUniqueId'],
  ...['userAccountControl', 'accountExpires', 'nsAccountLock', 'pwdAccountLockedTime'],
];
export const NAMED = ['emailAttribute', 'nameAttribute', 'groupsAttribute'] as const;
export const isAttributeName = (name: string): boolean => /^[A-Za-z][\w.-]{0,119}$/.test(name);

/** Of Active Directory, in `userAccountControl`. */
const ACCOUNT_DISABLED = 2;
/** Both mean that it never ends. */
const NEVER = new Set(['0', '9223372036854775807']);
/** From 1601, in tenths of a millionth of a second. */
const EPOCH_OF_FILETIME_MS = 11_644_473_600_000;
/** Locked by somebody, until somebody unlocks it; other times are of too many guesses, and only the directory knows for how long. */
const LOCKED_FOR_GOOD = /^000001010000(?:00)?Z$/;

/** Why an account lets nobody in, whatever the password is; null: nothing keeps it. */
export function disabledBy({ attributes }: DirectoryEntry, now = Date.now()): string | null {
  const value = (name: string) => attributes[name.toLowerCase()]?.[0] ?? '';
  if ((Number(value('userAccountControl')) & ACCOUNT_DISABLED) !== 0) return 'userAccountControl';
  const expires = value('accountExpires');
  if (/^\d{1,19}$/.test(expires) && !NEVER.has(expires)) {
    const at = Number(BigInt(expires) / 10_000n) - EPOCH_OF_FILETIME_MS;
    if (at <= now) return 'accountExpires';
  }
  if (/^true$/i.test(value('nsAccountLock'))) return 'nsAccountLock';
  if (LOCKED_FOR_GOOD.test(value('pwdAccountLockedTime'))) return 'pwdAccountLockedTime';
  return null;
}

/** What an entry is called for good, also when it moves or its name changes; its name where the directory has nothing better. */
export const subjectOf = ({ dn, attributes, guid }: DirectoryEntry): string =>
  guid?.length === 16 ? textOfGuid(guid) : (attributes['entryuuid']?.[0] ?? attributes['nsuniqueid']?.[0] ?? dn);

/** The first three parts stand the other way round in the bytes. */
const ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
export const textOfGuid = (guid: Buffer): string =>
  ORDER.map((at) => guid.subarray(at, at + 1).toString('hex')).join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'); // prettier-ignore
export const guidOfText = (text: string): Buffer => {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  return Buffer.from(ORDER.map((at) => bytes[at] ?? 0));
};

/** What a directory says of somebody, as the connection reads it. */
export function claimsOf(
  connection: Connection & DirectoryConnection,
  entry: DirectoryEntry,
  groups: readonly string[],
): Claims {
  const { emailAttribute, nameAttribute } = connection;
  const { dn, attributes } = entry;
  const at = (name: string) => textOf(attributeAt(attributes, name.toLowerCase()));
  const whole = [at('givenName'), at('sn')].filter(Boolean).join(' ') || null;
  return {
    subject: subjectOf(entry),
    email: at(emailAttribute || 'mail'),
    // It never says.
    emailVerified: null,
    name: nameAttribute ? at(nameAttribute) : (at('displayName') ?? whole ?? at('cn')),
    groups: [...groups],
    attributes: { dn, ...attributes },
  };
}
