import { describe, expect, test } from '@jest/globals';
import { disabledBy, guidOfText, subjectOf, textOfGuid } from '../src/ldap/directory-entry.js';
import { filterFor, filterOfKnown, groupsInChain, groupsWith, isFilter } from '../src/ldap/directory-filter.js';
import { dnKey, nameIn, parseDn } from '../src/ldap/distinguished-names.js';

const entry = (attributes: Record<string, string>, guid: Buffer | null = null) => ({
  ...{ dn: 'uid=ida,dc=example,dc=org', guid },
  attributes: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name.toLowerCase(), [value]])),
});
const other = { product: 'other', filter: '' } as const;

/** With a real directory: test/journeys/directory.test.ts. */
describe('32. LDAP: filter and DN escaping; disabled accounts refused', () => {
  test.each([
    ['ida', '(&(objectClass=person)(|(uid=ida)(mail=ida)))'],
    ['*', '(&(objectClass=person)(|(uid=\\2a)(mail=\\2a)))'],
    ['a)(uid=*', '(&(objectClass=person)(|(uid=a\\29\\28uid=\\2a)(mail=a\\29\\28uid=\\2a)))'],
    ['\\2a', '(&(objectClass=person)(|(uid=\\5c2a)(mail=\\5c2a)))'],
    ['a\u0000b', '(&(objectClass=person)(|(uid=a\\00b)(mail=a\\00b)))'],
    ['%s', '(&(objectClass=person)(|(uid=%s)(mail=%s)))'],
    ['$& $1', '(&(objectClass=person)(|(uid=$& $1)(mail=$& $1)))'],
    ['Müller', '(&(objectClass=person)(|(uid=Müller)(mail=Müller)))'],
  ])('the name %j', (name, filter) => expect(String(filterFor(other, name))).toBe(filter));

  test('whoever is known is looked for by bytes among those who could sign in', () => {
    const guid = Buffer.from('2a28295c00ff', 'hex');
    const searching = {
      product: 'active-directory',
      filter: '(&(sAMAccountName=%s)(memberOf=cn=Staff,dc=x))',
    } as const;
    const filter = String(filterOfKnown(searching, ['objectGUID'], guid));
    expect(filter).toBe('(&(&(sAMAccountName=*)(memberOf=cn=Staff,dc=x))(|(objectGUID=\\2a\\28\\29\\5c\\00\\ff)))');
  });

  test('names of entries in filters of groups', () => {
    const dn = 'cn=O\\, Neil \\(Sales\\)*,dc=x';
    const escaped = 'cn=O\\5c, Neil \\5c\\28Sales\\5c\\29\\2a,dc=x';
    expect(String(groupsWith([dn], 'x*'))).toBe(`(|(member=${escaped})(uniqueMember=${escaped})(memberUid=x\\2a))`);
    expect(String(groupsInChain('cn=a,dc=x'))).toBe('(member:1.2.840.113556.1.4.1941:=cn=a,dc=x)');
  });

  test.each(['(uid=%s)', '(&(uid=%s)(!(employeeType=guest)))', 'uid=%s'])('%s is a filter', (filter) =>
    expect(isFilter(filter)).toBe(true),
  );
  test.each(['', '(uid=ida)', '(uid=%s', '(uid=%s))', '%s', '(((((((%s', '(&)'])('%s is none', (filter) =>
    expect(isFilter(filter)).toBe(false),
  );

  const now = Date.UTC(2026, 10, 30);
  const filetime = (at: number) => String((BigInt(at) + 11_644_473_600_000n) * 10_000n);
  test.each([
    [{}, null],
    [{ userAccountControl: '512' }, null],
    [{ userAccountControl: '514' }, 'userAccountControl'],
    [{ useraccountcontrol: '66050' }, 'userAccountControl'],
    [{ userAccountControl: 'x' }, null],
    [{ accountExpires: '0' }, null],
    [{ accountExpires: '9223372036854775807' }, null],
    [{ accountExpires: filetime(now - 1) }, 'accountExpires'],
    [{ accountExpires: filetime(now + 1) }, null],
    [{ nsAccountLock: 'true' }, 'nsAccountLock'],
    [{ nsAccountLock: 'FALSE' }, null],
    [{ pwdAccountLockedTime: '000001010000Z' }, 'pwdAccountLockedTime'],
    // Too many guesses: for how long that counts, the directory knows and says itself.
    [{ pwdAccountLockedTime: '20261129101112Z' }, null],
  ])('%j', (attributes, disabled) =>
    expect(disabledBy(entry(attributes as Record<string, string>), now)).toBe(disabled),
  );
});

test.each([
  ['CN=Ida,OU=Staff,DC=example', 'cn=ida, ou=staff,dc=EXAMPLE'],
  ['cn=O\\, Neil,dc=x', 'cn=O\\2C Neil,dc=x'],
  ['cn=M\\C3\\BCller,dc=x', 'cn=Müller,dc=x'],
  ['cn=a+uid=b,dc=x', 'uid=b+cn=a,dc=x'],
  ['cn=a  b ,dc=x', 'cn=a b,dc=x'],
  ['2.5.4.3=\\#x,dc=x', '2.5.4.3=\\23x,dc=x'],
])('%s and %s are one name', (one, another) => expect(dnKey(one)).toBe(dnKey(another)));

test.each([
  ['cn=a\\,dc=x', 'cn=a,dc=x'],
  ['cn=a,dc=x', 'cn=a,dc=y'],
  ['cn=a\\+uid=b,dc=x', 'cn=a+uid=b,dc=x'],
])('%s and %s are two', (one, another) => expect(dnKey(one)).not.toBe(dnKey(another)));

test('what people call an entry is its own value', () => {
  expect(nameIn('CN=Desk (2nd\\, late),OU=Groups,DC=x')).toBe('Desk (2nd, late)');
  expect(nameIn('nothing')).toBe('nothing');
  for (const none of ['', 'a', 'cn', '=x', ',', 'cn=a,', 'cn=\\', 'cn=\\q', 'c n=a', 'x'.repeat(5_000)]) expect([none, parseDn(none)]).toEqual([none, null]); // prettier-ignore
});

test('what an entry is called for good', () => {
  const guid = Buffer.from('00ff80c3283d27004d9a11e2ab7c01fe', 'hex');
  const text = 'c380ff00-3d28-0027-4d9a-11e2ab7c01fe';
  expect([textOfGuid(guid), guidOfText(text).equals(guid)]).toEqual([text, true]);
  expect(subjectOf(entry({ entryUUID: 'e' }, guid))).toBe(text);
  expect(subjectOf(entry({ entryUUID: 'e', nsUniqueId: 'n' }))).toBe('e');
  expect(subjectOf(entry({ nsUniqueId: 'n' }))).toBe('n');
  expect(subjectOf(entry({}))).toBe('uid=ida,dc=example,dc=org');
});
