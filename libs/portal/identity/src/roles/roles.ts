import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { Database, rows, sql, table } from '@foyer/database';
import { Collections, declareCollection } from '@foyer/settings';
import { COMPANY_ROLES } from '../company.entity.js';
import { capabilities, isStandardRole, type Scope, SCOPES, standardScopes } from './capabilities.js';

const companyRole = z.object({
  id: z.uuid(),
  name: z.string().trim().min(1).max(60),
  /** Invites, removes and changes the company's people. */
  manages: z.boolean().default(false),
  /** Whether a company's own admins may give it to others. */
  grantable: z.boolean().default(false),
  scopes: z.record(z.string(), z.enum(SCOPES)).default({}),
});
export type CompanyRoleSetup = z.output<typeof companyRole>;

/** Roles in companies that the operator has composed, beside the three standard ones. */
export const companyRoles = declareCollection('company-roles', companyRole);

/** What each role in a company means: its name, how far it reaches, whether it manages people. */
@Injectable()
export class Roles implements OnModuleInit {
  constructor(
    private readonly collections: Collections,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    this.collections.protect(companyRoles, async (id) => {
      const [row] = await this.database.read((em) =>
        rows<{ people: number }>(
          em,
          sql`select count(*)::int as people from ${table('membership')} where role = ${id}`,
        ),
      );
      return row!.people > 0 ? { code: 'identity.roles.in-use', values: { people: row!.people } } : null;
    });
  }

  /** Roles to choose from; `t` names the standard ones. A company's own admins see those they may give. */
  async options(t: (key: string) => string, forTeam: boolean): Promise<{ value: string; label: string }[]> {
    const own = (await this.collections.all(companyRoles)).filter(({ grantable }) => forTeam || grantable);
    return [
      ...COMPANY_ROLES.map((value) => ({ value, label: t(`identity.role.${value}`) })),
      ...own.map(({ id, name }) => ({ value: id, label: name })),
    ];
  }

  /** Names of all roles, also of those that are not offered. */
  async labels(t: (key: string) => string): Promise<(role: string) => string> {
    const own = new Map((await this.collections.all(companyRoles)).map(({ id, name }) => [id, name]));
    return (role) => (isStandardRole(role) ? t(`identity.role.${role}`) : (own.get(role) ?? t('identity.roles.gone')));
  }

  /** @throws InvalidField when there is no such role, or the one who gives it may not */
  async check(role: string, byTeam: boolean): Promise<void> {
    if (!(await this.isOffered(role, byTeam))) throw new InvalidField('role', 'web.form.choice');
  }

  async isOffered(role: unknown, toTeam: boolean): Promise<boolean> {
    if (typeof role !== 'string') return false;
    if (isStandardRole(role)) return true;
    const own = await this.collections.find(companyRoles, role);
    return own !== undefined && (toTeam || own.grantable);
  }

  /** How far the holder of a role reaches, by capability. A role that is gone reaches nothing. */
  async meaning(): Promise<(role: string) => RoleMeaning> {
    const own = await this.collections.all(companyRoles);
    return (role) => {
      if (isStandardRole(role)) return { scopes: standardScopes(role), manages: role === 'company_admin' };
      const found = own.find(({ id }) => id === role);
      return found ? { scopes: allowedScopes(found.scopes), manages: found.manages } : { scopes: {}, manages: false };
    };
  }
}

export interface RoleMeaning {
  scopes: Record<string, Scope>;
  manages: boolean;
}

/** What is not one of a capability's scopes, such as after an update, counts as nothing. */
function allowedScopes(given: Record<string, Scope>): Record<string, Scope> {
  return Object.fromEntries(
    capabilities().map(({ name, scopes }) => [
      name,
      scopes.includes(given[name] ?? 'none') ? (given[name] ?? 'none') : 'none',
    ]),
  );
}
