import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { Database } from '@foyer/database';
import { Collections, declareCollection } from '@foyer/settings';
import { COMPANY_ROLES, type StandardRole } from '../company.entity.js';
import { companyCapabilities, type Scope, SCOPES } from './capabilities.js';
import { ComposedRoles } from './composed-roles.js';
import { holdersOf } from './holders.js';

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

export interface RoleMeaning {
  scopes: Record<string, Scope>;
  manages: boolean;
}

/** What each role in a company means: its name, how far it reaches, whether it manages people. */
@Injectable()
export class Roles extends ComposedRoles<Scope, StandardRole, CompanyRoleSetup> implements OnModuleInit {
  protected readonly capabilities = companyCapabilities;
  protected readonly collection = companyRoles;
  protected readonly words = 'identity.role';

  constructor(
    collections: Collections,
    private readonly database: Database,
  ) {
    super(collections);
  }

  onModuleInit(): void {
    this.collections.protect(companyRoles, (id) => holdersOf(this.database, 'company', id));
  }

  /** Roles to choose from; `t` names the standard ones. A company's own admins see those they may give. */
  async options(t: (key: string) => string, forTeam: boolean): Promise<{ value: string; label: string }[]> {
    const own = (await this.composed()).filter(({ grantable }) => forTeam || grantable);
    return [
      ...COMPANY_ROLES.map((value) => ({ value, label: this.standardName(t, value) })),
      ...own.map(({ id, name }) => ({ value: id, label: name })),
    ];
  }

  /** @throws InvalidField when there is no such role, or the one who gives it may not */
  async check(role: string, byTeam: boolean): Promise<void> {
    if (!(await this.isOffered(role, byTeam))) throw new InvalidField('role', 'web.form.choice');
  }

  async isOffered(role: unknown, toTeam: boolean): Promise<boolean> {
    if (typeof role !== 'string') return false;
    if (this.capabilities.isStandard(role)) return true;
    const own = await this.collections.find(companyRoles, role);
    return own !== undefined && (toTeam || own.grantable);
  }

  /** How far the holder of a role reaches, by capability, and whether they manage people. */
  async meaning(): Promise<(role: string) => RoleMeaning> {
    const [scopes, own] = [await this.scopes(), await this.composed()];
    return (role) => ({
      scopes: scopes(role),
      manages: role === 'company_admin' || own.some(({ id, manages }) => id === role && manages),
    });
  }
}
