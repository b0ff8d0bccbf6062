import { Injectable } from '@nestjs/common';
import { COMPANY_ROLES, companyRoles, TEAM_ROLES, teamRoles } from '@foyer/identity';
import { Collections } from '@foyer/settings';
import type { Connection } from './connection-book.js';

/** Which role the groups of a provider mean. */
@Injectable()
export class MappedRoles {
  constructor(private readonly collections: Collections) {}

  /** The first of the connection's lines that names one of the groups and a role that may be given so; null: none does. */
  async of({ roles, companyId }: Pick<Connection, 'roles' | 'companyId'>, groups: readonly string[]) {
    const may = await this.giveable(companyId);
    const among = new Set(groups);
    return roles.find(({ group, role }) => among.has(group) && may(role))?.role ?? null;
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
}
