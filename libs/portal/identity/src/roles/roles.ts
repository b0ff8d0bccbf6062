import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { allowed, holds, InvalidField, Refused } from '@foyer/access';
import { Database } from '@foyer/database';
import { translate } from '@foyer/i18n';
import { Collections, declareReference, declareResource, flag, part, type ResourceItem, text } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { COMPANY_ROLES, type StandardRole } from '../company.entity.js';
import type { PortalActor } from '../portal-actor.js';
import { companyCapabilities, type Scope, SCOPES } from './capabilities.js';
import { ComposedRoles, mustBePossible } from './composed-roles.js';
import { holdersOf } from './holders.js';

/** Roles in companies that the operator has composed, beside the three standard ones. */
export const companyRoles = declareResource('company-roles', {
  one: 'company role',
  words: 'identity.roles',
  givesRights: true,
  page: { path: 'roles', group: 'portal', icon: 'shield', order: 52 },
  fields: {
    name: text(60, { hint: true }),
    /** Invites, removes and changes the company's people. */
    manages: flag(false, { hint: true }),
    /** Whether a company's own admins may give it to others. */
    grantable: flag(false, { hint: true }),
    scopes: part(z.record(z.string(), z.enum(SCOPES)).default({}), { label: 'identity.roles.capabilities' }),
  },
  check: (item, before) => mustBePossible(companyCapabilities, item, before),
});
export type CompanyRoleSetup = ResourceItem<typeof companyRoles>;

/** A role in a company, by the word of a standard one or the id of a composed one. */
export const companyRoleReference = declareReference('company-roles');

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
    private readonly slots: Slots,
  ) {
    super(collections);
  }

  onModuleInit(): void {
    this.collections.protect(companyRoles, (id) => holdersOf(this.database, 'company', id));
    const all = (locale: string) =>
      this.options(
        (key) => translate(locale, key),
        () => true,
      );
    this.slots.fill(companyRoleReference, 10, all);
  }

  /** Roles to choose from; `t` names the standard ones. Of a company's own people each sees what they may give. */
  async options(
    t: (key: string) => string,
    may: (role: string) => boolean,
  ): Promise<{ value: string; label: string }[]> {
    const own = await this.composed();
    return [
      ...COMPANY_ROLES.map((value) => ({ value, label: this.standardName(t, value) })),
      ...own.map(({ id, name }) => ({ value: id, label: name })),
    ].filter(({ value }) => may(value));
  }

  async isKnown(role: unknown): Promise<boolean> {
    if (typeof role !== 'string') return false;
    return this.capabilities.isStandard(role) || (await this.collections.find(companyRoles, role)) !== undefined;
  }

  /**
   * Which roles somebody may give, take and change in a company. The operator's team: all, where their own role lets them do
   * so in every company. Its own people: none that may more than theirs there, and of the composed ones those that the
   * operator lets them give.
   */
  async giving(
    { ability, companies }: Pick<PortalActor, 'ability' | 'companies'>,
    verb: 'create' | 'invite' | 'administer',
    companyId: string,
  ): Promise<(role: string) => boolean> {
    if (holds(ability, verb, 'Membership')) return () => true;
    if (!allowed(ability, verb, 'Membership', { companyId })) return () => false;
    const [within, composed] = [await this.within(companies.find(({ id }) => id === companyId)), await this.composed()];
    return (role) => within(role) && (composed.find(({ id }) => id === role)?.grantable ?? true);
  }

  /** @throws InvalidField when there is no such role, or it is not theirs to give */
  async checkGiving(actor: PortalActor, verb: 'create' | 'invite' | 'administer', companyId: string, role: string) {
    if (!(await this.isKnown(role))) throw new InvalidField('role', 'web.form.choice');
    if (!(await this.giving(actor, verb, companyId))(role)) throw new InvalidField('role', 'identity.company.too-much');
  }

  /** @throws Refused when whoever has this role may more there than whoever wants to change that */
  async checkTouching({ ability, companies }: PortalActor, companyId: string, role: string): Promise<void> {
    if (holds(ability, 'administer', 'Membership')) return;
    const within = await this.within(companies.find(({ id }) => id === companyId));
    if (!within(role)) throw new Refused('identity.company.above-you');
  }

  private async within(mine: { role: string } | undefined): Promise<(role: string) => boolean> {
    const meaning = await this.meaning();
    const own = meaning(mine?.role ?? '');
    return (role) => {
      const { scopes, manages } = meaning(role);
      return (own.manages || !manages) && this.capabilities.covers(own.scopes, scopes);
    };
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
