import { isDeepStrictEqual } from 'node:util';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Actor, allowed, holds, InvalidField, Refused } from '@foyer/access';
import { Entitlements } from '@foyer/entitlements';
import { Factors } from '@foyer/factors';
import type { PortalActor } from '@foyer/identity';
import { Collections } from '@foyer/settings';
import { isForTeam, type Owner } from './connection-book.js';
import { connectionKinds, type ConnectionItem, counterpartOf } from './connections.js';
import { ClaimedDomains } from './domains/claimed-domains.js';
import { Attempts } from './attempts.js';
import { MappedRoles } from './mapped-roles.js';

/** A company's connections of one kind. */
const MOST_OF_COMPANY = 5;

/** Who may set up which connection. Asked in the verb, whichever page it comes from. */
@Injectable()
export class ConnectionRights implements OnModuleInit {
  constructor(
    private readonly collections: Collections,
    private readonly mapped: MappedRoles,
    private readonly domains: ClaimedDomains,
    private readonly attempts: Attempts,
    private readonly factors: Factors,
    private readonly entitlements: Entitlements,
  ) {}

  onModuleInit(): void {
    for (const [kind, list] of connectionKinds())
      this.collections.restrict(list, (actor, before, after) => this.check(kind, actor as PortalActor, before, after));
  }

  /** Sets up connections and domains of this owner. */
  mayManage({ ability }: Actor, owner: Owner): boolean {
    return allowed(ability, 'manage', 'SignOn', { companyId: owner });
  }

  /** Whoever runs a connection of the team can be anybody in it: that is for owners alone. */
  async may(actor: Actor, { companyId, audience }: Pick<ConnectionItem, 'companyId' | 'audience'>): Promise<boolean> {
    if (isForTeam({ audience })) return (actor as PortalActor).teamRole === 'owner';
    return this.mayManage(actor, companyId);
  }

  /** @throws Refused, InvalidField, NotInPlan */
  private async check(
    kind: string,
    actor: PortalActor,
    before: ConnectionItem | null,
    after: ConnectionItem | null,
  ): Promise<void> {
    for (const item of [before, after]) {
      if (!item || (await this.may(actor, item))) continue;
      throw new Refused(isForTeam(item) ? 'signon.connection.owners-only' : undefined);
    }
    if (after && !isSwitchedOff(before, after)) this.entitlements.demand('sso');
    const isOperator = holds(actor.ability, 'manage', 'SignOn');
    if (!isOperator && Boolean(before?.blocked) !== Boolean(after?.blocked) && after) throw new Refused();
    if (after && !before) await this.mustHaveRoom(kind, after);
    if (after) await this.mapped.mustBeTheirsToGive(actor, before, after);
    if (after?.enforced) await this.mustBeProved(kind, after);
    if (after?.enforced && isForTeam(after)) await this.mustBeSafeWith(after.keeperId!);
  }

  private async mustHaveRoom(kind: string, { companyId }: ConnectionItem): Promise<void> {
    if (companyId === null) return;
    const all = await this.collections.stored(connectionKinds().get(kind)!);
    if (all.filter((one) => one.companyId === companyId).length > MOST_OF_COMPANY)
      throw new InvalidField('', 'signon.connection.too-many', { max: MOST_OF_COMPANY });
  }

  /** A password alone would be the weakest way into the whole portal. */
  private async mustBeSafeWith(keeperId: string): Promise<void> {
    if (!(await this.factors.has(keeperId))) throw new InvalidField('keeperId', 'signon.connection.keeper-factor');
  }

  /** Nobody is made to come by a way of which it is not known that it works, or for whom. */
  private async mustBeProved(kind: string, item: ConnectionItem): Promise<void> {
    if ((await this.domains.verifiedOf(item.companyId)).length === 0)
      throw new InvalidField('enforced', 'signon.connection.domain-first');
    if (!(await this.attempts.hasWorked(item.id, counterpartOf(kind, item))))
      throw new InvalidField('enforced', 'signon.connection.test-first');
  }
}

type Switches = { enabled?: boolean; blocked?: boolean; enforced?: boolean };

/** Whether nothing is done but to let in fewer: that can always be done, whatever the plan. */
export function isSwitchedOff(before: Switches | null, after: Switches): boolean {
  if (before === null) return false;
  const [
    { enabled: was, blocked: wasBlocked, enforced: wasEnforced, ...others },
    { enabled, blocked, enforced, ...now },
  ] = [before, after];
  const isLess = (!enabled || was === true) && (blocked === true || !wasBlocked) && (!enforced || wasEnforced === true);
  return isLess && isDeepStrictEqual(others, now);
}
