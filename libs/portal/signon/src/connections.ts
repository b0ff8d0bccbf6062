import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { companyReference } from '@foyer/identity';
import {
  choice,
  type Declared,
  declareReference,
  declareResourceRows,
  type Fields,
  flag,
  type ItemList,
  type ItemOf,
  optionalReference,
  part,
  type SetupPage,
  text,
} from '@foyer/settings';
import { currentTenant } from '@foyer/tenancy';

export const AUDIENCES = ['customers', 'team', 'both'] as const;
/** So many has a tenant with all its companies, of each kind. */
const MOST = { team: 1000 };
const MAX_MAPPED = 50;

/** Owners of the portal, one of whom keeps the password where all others must use a connection. */
export const ownerReference = declareReference('sign-on-owners');

const at = (label: string) => `signon.connection.${label}`;
const said = (label: string) => ({ label: at(label), hint: at(`${label}-hint`) });

/** What every connection has, whatever it speaks. */
const whose = {
  name: text(60, said('name')),
  /** Whose identity provider it is; null: the operator's. */
  companyId: optionalReference(companyReference, { none: at('operator'), fixed: true, label: at('company') }),
  audience: choice(AUDIENCES, 'signon.audience', { byDefault: 'customers', ...said('audience') }),
};
const meaning = {
  emailAttribute: text(120, { optional: true, ...said('email-attribute') }),
  nameAttribute: text(120, { optional: true, ...said('name-attribute') }),
  groupsAttribute: text(120, { optional: true, ...said('groups-attribute') }),
  /** Addresses count as verified where the provider does not say whether they are; never beyond the claimed domains. */
  trustsAddresses: flag(false, said('trusts-addresses')),
  /** People who come for the first time get an account. */
  makesAccounts: flag(true, said('makes-accounts')),
  /** Of each group the role: of the team, or in the connection's company. The first that fits counts. */
  roles: part(z.array(z.object({ group: z.string().max(200), role: z.string().max(80) })).max(MAX_MAPPED).default([]), { label: 'signon.connection.roles' }), // prettier-ignore
  /** Roles given by hand do not last: what the groups say replaces them. */
  groupsRule: flag(false, { ...said('groups-rule'), later: true }),
  countsAsSecondFactor: flag(false, said('second-factor')),
  /** The owner's people can come no other way. */
  enforced: flag(false, { ...said('enforced'), later: true }),
  /** Who keeps the password, so that a provider that fails shuts nobody's portal. */
  keeperId: optionalReference(ownerReference, { none: at('no-keeper'), later: true, ...said('keeper') }),
  enabled: flag(true, { label: at('enabled') }),
  /** Switched off by the operator: the company cannot switch it on. */
  blocked: flag(false, { ...said('blocked'), later: true }),
};
type Common = typeof whose & typeof meaning;

/** A connection to an identity provider, as far as all are alike. */
export type ConnectionItem = ItemOf<Common>;
/** One kind of them, by the name of its strategy. */
export type ConnectionList<F extends Fields = Record<never, never>> = ItemList<ItemOf<Common & F>> &
  Declared<ItemOf<Common & F>>;

type Addresses = (at: string) => readonly (readonly [label: string, address: string])[];
type KindOfConnection = ConnectionList & {
  counterpart: readonly string[];
  needed: readonly string[];
  addresses: Addresses;
};
const kinds = new Map<string, KindOfConnection>();
export const connectionKinds = (): ReadonlyMap<string, KindOfConnection> => kinds;

const isFinished = (item: object, needed: readonly string[]): boolean =>
  needed.every((name) => Boolean((item as Record<string, unknown>)[name]));
/** Whether it says all that its provider needs. */
export const isSetUp = (kind: string, item: ConnectionItem): boolean => isFinished(item, kinds.get(kind)!.needed);

interface Kind<F extends Fields> {
  one: string;
  /** Of its texts. */
  words: string;
  page: Pick<SetupPage, 'icon'> & { order: number };
  fields: F;
  /** What of its fields says where somebody is sent, or whose word counts: changed, the secret is asked for again and the test begins anew. */
  counterpart: readonly (keyof F & string)[];
  /** What else a test has shown to work. */
  proved?: readonly (keyof F & string)[];
  /** Without which nobody can be sent there; else all that is asked for with the second saving. */
  needed?: readonly (keyof F & string)[];
  /** What its provider asks for, by messages; `at` is where ours of the connection begin. */
  addresses?(at: string): readonly (readonly [label: string, address: string])[];
  derive?(item: ItemOf<Common & F>, before: ItemOf<Common & F> | null): ItemOf<Common & F>;
  check?(item: ItemOf<Common & F>, before: ItemOf<Common & F> | null): void;
}

/** What a connection's secrets are sealed for: they open in this tenant alone. */
export const connectionSeal = (): string => `connection ${currentTenant().id}`;

/** Call at module level. A connection of a kind is an item of this list; the strategy of passport has its name. */
export function declareConnections<const F extends Fields>(
  kind: string,
  { one, words, page, fields, counterpart, proved = [], addresses = ofRedirects, derive, check, ...more }: Kind<F>,
): ConnectionList<F> {
  const asked = Object.keys(fields).filter((name) => fields[name]!.later && fields[name]!.form?.kind !== 'switch');
  const needed: readonly string[] = more.needed ?? asked;
  const secrets = Object.keys(fields).filter((name) => fields[name]!.sealedFor);
  const list = declareResourceRows(
    `${kind}-connections`,
    {
      ...{ one, words, givesRights: true, ruledByRestriction: true, ordered: false },
      page: { path: `${kind}-connections`, group: 'sign-in', ...page },
      fields: { ...whose, ...fields, ...meaning } as Common & F,
      ...(derive && { derive: derive as never }),
      check(item, before) {
        mustFit(item, before);
        const [is, was] = [item, before] as unknown as Record<string, unknown>[];
        const moved = before && counterpart.some((name) => is![name] !== was![name]);
        for (const secret of secrets)
          if (moved && is![secret] === was![secret]) throw new InvalidField(secret, 'signon.connection.secret-again');
        // A provider asks for addresses of the connection before it gives these: they come with the second saving.
        const isUnfinished = before && !isFinished(item, needed);
        if (isUnfinished)
          throw new InvalidField(
            needed.find((name) => !is![name])!,
            'web.form.required',
          );
        check?.(item as ItemOf<Common & F>, before as ItemOf<Common & F> | null);
      },
      row: (item, { t }) => ({
        text: t(`signon.audience.${(item as unknown as ConnectionItem).audience}`),
      }),
      goesBy: () => false,
    },
    MOST,
  ) as unknown as ConnectionList<F>;
  kinds.set(kind, {
    ...(list as unknown as ConnectionList),
    counterpart: [...counterpart, ...proved, ...secrets],
    needed,
    addresses,
  });
  return list;
}

const ofRedirects: Addresses = (at) => [
  ['signon.connection.back', `${at}/return`],
  ['signon.connection.sign-out', `${at}/sign-out`],
  ['signon.connection.after', `${new URL(at).origin}/sign-in`],
];

/** What a connection is a connection to, in letters that are the same as long as it is: what a test has shown counts for nothing else. */
export const counterpartOf = (kind: string, item: ConnectionItem): string =>
  JSON.stringify(kinds.get(kind)!.counterpart.map((name) => (item as unknown as Record<string, unknown>)[name]));

/** What holds between the fields that all have. */
function mustFit(item: ConnectionItem, before: ConnectionItem | null): void {
  if (item.companyId !== null && item.audience !== 'customers')
    throw new InvalidField('audience', 'signon.connection.company-customers');
  const isOfTeam = item.audience !== 'customers';
  if (item.roles.length > 0 && !isOfTeam && item.companyId === null)
    throw new InvalidField('roles', 'signon.connection.no-roles');
  if (item.roles.some(({ role }) => role === 'owner')) throw new InvalidField('roles', 'signon.connection.no-owner');
  if (item.enforced && !before) throw new InvalidField('enforced', 'signon.connection.test-first');
  if (item.enforced && isOfTeam && item.keeperId === null)
    throw new InvalidField('keeperId', 'signon.connection.keeper-needed');
}
