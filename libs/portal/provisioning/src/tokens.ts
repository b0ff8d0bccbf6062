import { Injectable } from '@nestjs/common';
import { NotFound, Refused } from '@foyer/access';
import { Entitlements } from '@foyer/entitlements';
import type { PortalActor } from '@foyer/identity';
import { KeyRing, type KeyRow } from '@foyer/keys';
import { Collections } from '@foyer/settings';
import { ConnectionRights, MappedRoles } from '@foyer/signon';
import { directories, type Directory, isOfTeam } from './directories.js';

export interface TokenDraft {
  name: string;
  addresses: string[];
  days: number;
}

/**
 * Tokens of a directory: keys that open nothing else. Whoever looks after the directory makes them, and may give every role that it gives, since whoever
 * has a token can put anybody into its groups.
 */
@Injectable()
export class Tokens {
  constructor(
    private readonly ring: KeyRing,
    private readonly rights: ConnectionRights,
    private readonly mapped: MappedRoles,
    private readonly collections: Collections,
    private readonly entitlements: Entitlements,
  ) {}

  /** @throws NotFound for whoever may not know of it · Refused for what only owners may look after */
  async directory(actor: PortalActor, id: string): Promise<Directory> {
    const found = await this.collections.find(directories, id);
    if (!found || !this.rights.mayManage(actor, found.companyId)) throw new NotFound();
    return found;
  }

  of(directory: Directory): Promise<KeyRow[]> {
    return this.ring.ofDirectory(directory.id);
  }

  /** The token itself is told this once. @throws InvalidField, Conflict, Refused */
  async create(actor: PortalActor, directory: Directory, draft: TokenDraft): Promise<{ id: string; key: string }> {
    await this.mayGive(actor, directory);
    return this.ring.add(actor, { ...draft, scopes: [], companyId: directory.companyId }, directory.id);
  }

  async rotate(actor: PortalActor, directory: Directory, id: string, overlapDays: number): Promise<string> {
    await this.mayGive(actor, directory);
    await this.one(directory, id);
    return this.ring.rotate(actor, id, overlapDays);
  }

  async revoke(actor: PortalActor, directory: Directory, id: string): Promise<void> {
    await this.mayManage(actor, directory);
    this.entitlements.demandSetup();
    await this.one(directory, id);
    await this.ring.revoke(actor, id);
  }

  async one({ id: directoryId }: Pick<Directory, 'id'>, id: string): Promise<KeyRow> {
    const found = (await this.ring.ofDirectory(directoryId)).find((one) => one.id === id);
    if (!found) throw new NotFound();
    return found;
  }

  private async mayGive(actor: PortalActor, directory: Directory): Promise<void> {
    await this.mayManage(actor, directory);
    this.entitlements.demand('sso');
    if (directory.blocked) throw new Refused('provisioning.directory.is-blocked');
    await this.mapped.mustBeTheirsToGive(actor, null, directory);
  }

  private async mayManage(actor: PortalActor, directory: Directory): Promise<void> {
    if (await this.rights.may(actor, directory)) return;
    throw new Refused(isOfTeam(directory) ? 'signon.connection.owners-only' : undefined);
  }
}
