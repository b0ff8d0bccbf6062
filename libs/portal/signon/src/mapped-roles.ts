import { Injectable } from '@nestjs/common';
import { InvalidField } from '@foyer/access';
import {
  COMPANY_ROLES,
  companyRoles,
  type PortalActor,
  Roles,
  TEAM_ROLES,
  TeamRoles,
  teamRoles,
} from '@foyer/identity';
import { Collections } from '@foyer/settings';
import type { Owner } from './connection-book.js';

/** What groups mean to an owner: of each the role, of the team or in the company. The first that fits counts. */
export interface Mapping {
  companyId: Owner;
  roles: readonly { group: string; role: string }[];
}

/** Directories take names for the same that differ in capitals (RFC 7643, 4.2; RFC 4517), and people type them so. */
const alike = (group: string): string => group.normalize('NFC').trim().toLowerCase();

/** Which role the groups of a provider, or of a directory, mean. */
@Injectable()
export class MappedRoles {
  constructor(
    private readonly collections: Collections,
    private readonly roles: Roles,
    private readonly teamRoles: TeamRoles,
  ) {}

  /** Whether one of the groups stands in a line. */
  names({ roles }: Pick<Mapping, 'roles'>, groups: readonly string[]): boolean {
    const among = new Set(groups.map(alike));
    return roles.some(({ group }) => among.has(alike(group)));
  }

  /** The first of the lines that names one of the groups and a role that may be given so; null: none does. */
  async of({ roles, companyId }: Mapping, groups: readonly string[]) {
    const may = await this.giveable(companyId);
    const among = new Set(groups.map(alike));
    return roles.find(({ group, role }) => among.has(alike(group)) && may(role))?.role ?? null;
  }

  /** What may be given by groups: no owner, and in companies what their own admins could give too. */
  async giveable(companyId: string | null): Promise<(role: string) => boolean> {
    if (companyId === null) {
      const composed = new Set((await this.collections.all(teamRoles)).map(({ id }) => id));
      return (role) => role !== 'owner' && ((TEAM_ROLES as readonly string[]).includes(role) || composed.has(role));
    }
    const composed = await this.collections.all(companyRoles);
    const grantable = new Set(composed.filter((one) => one.grantable).map(({ id }) => id));
    return (role) => (COMPANY_ROLES as readonly string[]).includes(role) || grantable.has(role);
  }

  /** By groups nobody gets what whoever sets them up could not give. @throws InvalidField, Refused */
  async mustBeTheirsToGive(actor: PortalActor, before: Mapping | null, { companyId, roles }: Mapping): Promise<void> {
    const fresh = roles.filter(({ role }) => !before?.roles.some((one) => one.role === role));
    for (const { role } of fresh) {
      const given = companyId
        ? this.roles.checkGiving(actor, 'administer', companyId, role)
        : this.teamRoles.checkGiving(actor, role);
      await given.catch((error: unknown) => {
        throw error instanceof InvalidField ? new InvalidField('roles', error.code, error.values) : error;
      });
    }
  }
}
