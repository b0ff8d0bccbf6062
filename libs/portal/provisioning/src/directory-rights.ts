import { Injectable, type OnModuleInit } from '@nestjs/common';
import { holds, InvalidField, Refused } from '@foyer/access';
import { Entitlements } from '@foyer/entitlements';
import { type PortalActor, PortalPrincipals } from '@foyer/identity';
import { KeyRing } from '@foyer/keys';
import { Collections } from '@foyer/settings';
import { ConnectionRights, isSwitchedOff, MappedRoles } from '@foyer/signon';
import { directories, type Directory, isOfTeam } from './directories.js';
import { Rows } from './rows.js';

/** Who may set up which directory. Asked in the verb, whichever page it comes from. */
@Injectable()
export class DirectoryRights implements OnModuleInit {
  constructor(
    private readonly collections: Collections,
    private readonly rights: ConnectionRights,
    private readonly mapped: MappedRoles,
    private readonly principals: PortalPrincipals,
    private readonly ring: KeyRing,
    private readonly rows: Rows,
    private readonly entitlements: Entitlements,
  ) {}

  onModuleInit(): void {
    this.collections.restrict(directories, (actor, before, after) => this.check(actor as PortalActor, before, after));
  }

  /** @throws Refused, InvalidField, NotInPlan */
  private async check(actor: PortalActor, before: Directory | null, after: Directory | null): Promise<void> {
    for (const item of [before, after]) {
      if (!item || (await this.rights.may(actor, item))) continue;
      throw new Refused(isOfTeam(item) ? 'signon.connection.owners-only' : undefined);
    }
    if (after && !isSwitchedOff(before, after)) this.entitlements.demand('sso');
    const isOperator = holds(actor.ability, 'manage', 'SignOn');
    if (!isOperator && after && Boolean(before?.blocked) !== after.blocked) throw new Refused();
    if (after) {
      await this.mapped.mustBeTheirsToGive(actor, before, after);
      await this.mustBeTokensToGive(before, after);
    } else if (before) {
      await this.ring.revokeOfDirectory(actor, before.id);
      await this.rows.drop(before.id);
    }
  }

  /** Whoever made a token that still counts could give with it what is to be given from now on. @throws InvalidField */
  private async mustBeTokensToGive(before: Directory | null, after: Directory): Promise<void> {
    const counting = (await this.ring.ofDirectory(after.id)).filter(
      ({ revokedAt, expiresAt }) => revokedAt === null && new Date(expiresAt).getTime() > Date.now(),
    );
    for (const { createdById, name } of counting) {
      const maker = createdById && (await this.principals.person(createdById));
      if (!maker) continue;
      await this.mapped.mustBeTheirsToGive(maker, before, after).catch((error: unknown) => {
        const isLess = error instanceof InvalidField || error instanceof Refused;
        throw isLess ? new InvalidField('roles', 'provisioning.directory.weaker-token', { name }) : error;
      });
    }
  }
}
