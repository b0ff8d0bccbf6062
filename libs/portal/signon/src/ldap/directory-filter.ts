import { AndFilter, EqualityFilter, ExtensibleFilter, Filter, FilterParser, OrFilter, PresenceFilter } from 'ldapts';

export const PRODUCTS = ['active-directory', 'other'] as const;
export type DirectoryProduct = (typeof PRODUCTS)[number];
/** Where what somebody has typed goes. */
export const PLACE = '%s';
const USUAL: Record<DirectoryProduct, string> = {
  'active-directory': `(&(objectCategory=person)(objectClass=user)(|(sAMAccountName=${PLACE})(userPrincipalName=${PLACE})(mail=${PLACE})))`,
  other: `(&(objectClass=person)(|(uid=${PLACE})(mail=${PLACE})))`,
};
/** Of Active Directory: also through other groups (LDAP_MATCHING_RULE_IN_CHAIN). */
const IN_CHAIN = '1.2.840.113556.1.4.1941';

interface Searching {
  product: DirectoryProduct;
  filter: string;
}

/** Whose name that is. What was typed is a value and nothing else, whatever letters are in it (RFC 4515, 3; security 32). */
export const filterFor = (searching: Searching, name: string): Filter => filled(searching, Filter.escape(name));

/** Among those who could sign in, whoever is known by what is given for good; by nothing: all of them. */
export function filterOfKnown(searching: Searching, attributes: readonly string[], value: string | Buffer): Filter {
  const all = filled(searching, '*');
  if (attributes.length === 0) return all;
  const known = attributes.map((attribute) => new EqualityFilter({ attribute, value }));
  return new AndFilter({ filters: [all, new OrFilter({ filters: known })] });
}

const filled = ({ product, filter }: Searching, value: string): Filter =>
  FilterParser.parseString((filter || USUAL[product]).replaceAll(PLACE, () => value));

/** Whether somebody can be found by it: it has a place for a name, and is one. */
export function isFilter(filter: string): boolean {
  try {
    return filter.includes(PLACE) && FilterParser.parseString(filter.replaceAll(PLACE, 'x')) !== null;
  } catch {
    return false;
  }
}

/** Groups that have one of these in them. */
export const groupsWith = (members: readonly string[], uid: string | null): Filter =>
  new OrFilter({
    filters: [
      ...members.flatMap((value) =>
        ['member', 'uniqueMember'].map((attribute) => new EqualityFilter({ attribute, value })),
      ),
      ...(uid === null ? [] : [new EqualityFilter({ attribute: 'memberUid', value: uid })]),
    ],
  });

/** Whatever it is. */
export const anything = (): Filter => new PresenceFilter({ attribute: 'objectClass' });

export const groupsInChain = (member: string): Filter =>
  new ExtensibleFilter({ matchType: 'member', rule: IN_CHAIN, value: member });
