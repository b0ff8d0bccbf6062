import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { InvalidField, Refused, holds } from '@foyer/access';
import { Database } from '@foyer/database';
import { Collections, declareResource, part, type ResourceItem, text } from '@foyer/settings';
import { type StandardTeamRole, TEAM_ROLES } from '../person.entity.js';
import type { PortalActor } from '../portal-actor.js';
import { TEAM_SCOPES, teamCapabilities, type TeamScope } from './capabilities.js';
import { ComposedRoles, mustBePossible } from './composed-roles.js';
import { holdersOf } from './holders.js';

/** Roles in the team that the operator has composed, beside the five standard ones. */
export const teamRoles = declareResource('team-roles', {
  one: 'team role',
  words: 'identity.team-roles',
  givesRights: true,
  page: {
    ...{ path: 'team-roles', group: 'portal', icon: 'users', order: 51 },
    can: ['compose', 'TeamRole'],
  },
  fields: {
    name: text(60, { label: 'identity.roles.name', hint: 'identity.team-roles.name-hint' }),
    scopes: part(z.record(z.string(), z.enum(TEAM_SCOPES)).default({}), { label: 'identity.roles.capabilities' }),
  },
  check: (item, before) => mustBePossible(teamCapabilities, item, before),
});
export type TeamRoleSetup = ResourceItem<typeof teamRoles>;

type Who = Pick<PortalActor, 'teamRole' | 'teamScopes'>;

/** What each role in the team means, and who may give which. */
@Injectable()
export class TeamRoles extends ComposedRoles<TeamScope, StandardTeamRole, TeamRoleSetup> implements OnModuleInit {
  protected readonly capabilities = teamCapabilities;
  protected readonly collection = teamRoles;
  protected readonly words = 'identity.team-role';

  constructor(
    collections: Collections,
    private readonly database: Database,
  ) {
    super(collections);
  }

  onModuleInit(): void {
    this.collections.protect(teamRoles, (id) => holdersOf(this.database, 'team', id));
    // Nobody composes for others, or for themselves, what they may not do; nor takes from a role what they do not have.
    this.collections.restrict(teamRoles, async (actor, before, after) => {
      const meaning = await this.meaning();
      const mine = scopesOf(actor as PortalActor, meaning);
      const within = [before, after].every(
        (role) => role === null || this.capabilities.covers(mine, this.capabilities.read(role.scopes)),
      );
      if (!within || !holds(actor.ability, 'compose', 'TeamRole')) throw new Refused('identity.team.too-much');
    });
  }

  /** What the holder of a role may, and how far. */
  async meaning(): Promise<(role: string) => Record<string, TeamScope>> {
    const scopes = await this.scopes();
    return (role) => this.capabilities.allowed(scopes(role));
  }

  /** The roles whose holders may do this at all. */
  async thatMay(capability: string): Promise<string[]> {
    const meaning = await this.meaning();
    const all = [...TEAM_ROLES, ...(await this.composed()).map(({ id }) => id)];
    return all.filter((role) => meaning(role)[capability] !== undefined);
  }

  /** Every role there is, with what it allows in words. */
  async described(t: (key: string) => string): Promise<{ value: string; label: string; hint: string }[]> {
    const standard = TEAM_ROLES.map((value) => ({
      ...{ value, label: this.standardName(t, value), hint: t(`${this.words}.${value}-hint`) },
    }));
    const composed = await this.composed();
    return [
      ...standard,
      ...composed.map(({ id, name, scopes }) => ({ value: id, label: name, hint: this.inWords(t, scopes) })),
    ];
  }

  /** A role by what it allows: "View tickets, Reply to customers (their groups’ too) · Invite customers". */
  inWords(t: (key: string) => string, scopes: Record<string, TeamScope>): string {
    const held = this.capabilities.allowed(this.capabilities.read(scopes));
    const able = this.capabilities.all().filter(({ name }) => held[name]);
    const far = ({ name, scopes: all }: (typeof able)[number]) => (all.length > 2 ? held[name]! : '');
    const text = [...Map.groupBy(able, far)].map(([scope, alike]) => {
      const labels = alike.map(({ label }) => t(label)).join(t('identity.team-roles.comma'));
      return scope ? `${labels} (${t(`identity.team-scope.${scope}`)})` : labels;
    });
    return text.join(' · ') || t('identity.team-roles.nothing');
  }

  /**
   * Which roles are within what this person may do themselves: only those they may give, and only whose holders they may
   * touch. Owners alone are above it. A role that is gone is within everybody's.
   */
  async within(who: Who): Promise<(role: string) => boolean> {
    const meaning = await this.meaning();
    const mine = scopesOf(who, meaning);
    return (role) => who.teamRole === 'owner' || (role !== 'owner' && this.capabilities.covers(mine, meaning(role)));
  }

  /** @throws InvalidField when there is no such role · Refused when it may more than whoever gives it */
  async checkGiving(giver: Who, role: string): Promise<void> {
    const known = this.capabilities.isStandard(role) || (await this.composed()).some(({ id }) => id === role);
    if (!known) throw new InvalidField('role', 'web.form.choice');
    if (role === 'owner' && giver.teamRole !== 'owner') throw new Refused('identity.team.owner-only');
    if (!(await this.within(giver))(role)) throw new Refused('identity.team.too-much');
  }

  /** @throws Refused when the holder of this role may more than whoever wants to change that */
  async checkTouching(actor: Who, role: string): Promise<void> {
    if (role === 'owner' && actor.teamRole !== 'owner') throw new Refused('identity.team.owner-only');
    if (!(await this.within(actor))(role)) throw new Refused('identity.team.above-you');
  }
}

const scopesOf = ({ teamRole, teamScopes }: Who, meaning: (role: string) => Record<string, TeamScope>) =>
  teamScopes ?? meaning(teamRole ?? '');
