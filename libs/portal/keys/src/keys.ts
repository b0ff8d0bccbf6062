import { Injectable } from '@nestjs/common';
import { type Actor, holds, InvalidField, NotFound, Refused } from '@foyer/access';
import { scopesOf } from '@foyer/api';
import { sql } from '@foyer/database';
import { demandSetup, Entitlements } from '@foyer/entitlements';
import { type PortalActor, teamCapabilities, TeamRoles } from '@foyer/identity';
import { teamScopesOf } from './key-rights.js';
import { COUNTS, type KeyDraft, KeyRing, type KeyRow } from './key-ring.js';

/** Keys for programs: they belong to the portal, not to whoever made them, and are given nothing that their maker may not do. */
@Injectable()
export class Keys {
  constructor(
    private readonly ring: KeyRing,
    private readonly teamRoles: TeamRoles,
    private readonly entitlements: Entitlements,
  ) {}

  /** Those that still count first, the latest first. */
  async all(actor: Actor): Promise<KeyRow[]> {
    mayManage(actor);
    return this.ring.find(sql`k.directory_id is null`);
  }

  async one(actor: Actor, id: string): Promise<KeyRow> {
    mayManage(actor);
    const [key] = await this.ring.find(sql`k.id = ${id} and k.directory_id is null`);
    if (!key) throw new NotFound();
    return key;
  }

  /** Those that somebody made and that still count: they go on when their maker is gone. */
  madeBy(personId: string): Promise<KeyRow[]> {
    return this.ring.find(sql`k.created_by_id = ${personId} and k.directory_id is null and ${COUNTS}`);
  }

  /** The key itself is told this once. @throws InvalidField, Conflict, Refused, NotInPlan */
  async create(actor: PortalActor, draft: KeyDraft): Promise<{ id: string; key: string }> {
    await this.check(actor, draft);
    return this.ring.add(actor, draft);
  }

  /** Another secret for the same key; the former one counts for so many days more, and none from before that. */
  async rotate(actor: PortalActor, id: string, overlapDays: number): Promise<string> {
    // Whoever gets the secret gets what the key may do.
    await this.check(actor, await this.one(actor, id));
    return this.ring.rotate(actor, id, overlapDays);
  }

  async revoke(actor: PortalActor, id: string): Promise<void> {
    await this.one(actor, id);
    demandSetup();
    await this.ring.revoke(actor, id);
  }

  private async check(actor: PortalActor, { scopes, companyId }: Pick<KeyDraft, 'scopes' | 'companyId'>) {
    mayManage(actor);
    this.entitlements.demand('api');
    const known = scopesOf(scopes).filter(({ name }) => scopes.includes(name));
    if (scopes.length === 0) throw new InvalidField('scopes', 'keys.no-scope');
    if (known.length !== scopes.length) throw new InvalidField('scopes', 'web.form.choice');
    if (companyId && known.some(({ ofCompany }) => !ofCompany)) throw new InvalidField('scopes', 'keys.not-of-company');
    const mine = (await this.teamRoles.meaning())(actor.teamRole ?? '');
    if (actor.teamRole !== 'owner' && !teamCapabilities.covers(mine, teamScopesOf(scopesOf(scopes))))
      throw new Refused('keys.too-much');
  }
}

function mayManage({ ability }: Actor): void {
  if (!holds(ability, 'manage', 'Settings')) throw new Refused();
}
