import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { companyReference } from '@foyer/identity';
import { choice, declareResourceRows, flag, optionalReference, part, type ResourceItem, text } from '@foyer/settings';

export const AUDIENCES = ['team', 'customers'] as const;
/** So many has a tenant with all its companies. */
const MOST = { team: 1000 };
const MAX_MAPPED = 50;

/**
 * A directory that tells of its people: the team's, that of the operator's customers, or a company's. It is an item of a list as
 * connections are, and what its groups mean is said alike.
 */
export const directories = declareResourceRows(
  'directories',
  {
    ...{
      one: 'directory',
      words: 'provisioning.directory',
      givesRights: true,
      ruledByRestriction: true,
      ordered: false,
    },
    page: { path: 'directories', group: 'sign-in', icon: 'users', order: 29 },
    fields: {
      name: text(60, { hint: true }),
      /** Whose directory it is; null: the operator's. */
      companyId: optionalReference(companyReference, {
        ...{ none: 'signon.connection.operator', fixed: true, label: 'signon.connection.company' },
      }),
      audience: choice(AUDIENCES, 'signon.audience', { byDefault: 'customers', fixed: true, hint: true }),
      /** Of each group the role: of the team, or in the directory's company. The first that fits counts. */
      roles: part(z.array(z.object({ group: z.string().max(200), role: z.string().max(80) })).max(MAX_MAPPED).default([]), { label: 'signon.connection.roles' }), // prettier-ignore
      /** Roles given by hand do not last: what the groups say replaces them. */
      groupsRule: flag(false, {
        label: 'signon.connection.groups-rule',
        hint: 'signon.connection.groups-rule-hint',
        later: true,
      }),
      enabled: flag(true, { label: 'signon.connection.enabled' }),
      /** Switched off by the operator: the company cannot switch it on. */
      blocked: flag(false, { label: 'signon.connection.blocked', hint: 'signon.connection.blocked-hint', later: true }),
    },
    check(item, _before, others) {
      if (item.companyId !== null && item.audience !== 'customers')
        throw new InvalidField('audience', 'provisioning.directory.company-customers');
      if (item.companyId !== null && others.some(({ companyId }) => companyId === item.companyId))
        throw new InvalidField('companyId', 'provisioning.directory.one-each');
      if (item.roles.length > 0 && !hasRoles(item)) throw new InvalidField('roles', 'signon.connection.no-roles');
      if (item.roles.some(({ role }) => role === 'owner'))
        throw new InvalidField('roles', 'signon.connection.no-owner');
    },
    row: ({ audience }, { t }) => ({ text: t(`signon.audience.${audience}`) }),
    goesBy: () => false,
  },
  MOST,
);
export type Directory = ResourceItem<typeof directories>;

export const isOn = ({ enabled, blocked }: Directory): boolean => enabled && !blocked;
export const isOfTeam = ({ audience }: Pick<Directory, 'audience'>): boolean => audience === 'team';
/** Customers without a company have none. */
export const hasRoles = ({ companyId, audience }: Pick<Directory, 'companyId' | 'audience'>): boolean =>
  companyId !== null || audience === 'team';
