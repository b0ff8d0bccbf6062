import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { allowed, InvalidField, NotFound, Refused } from '@foyer/access';
import { Database, rows, sql, table } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { CompanyUpdated, type OpenSession, type PortalActor, type SessionDemand, TeamRoles } from '@foyer/identity';
import { declareSection, Settings } from '@foyer/settings';

export const MOST_GRACE_DAYS = 30;
/** Of waiting before somebody who has lost everything may begin anew. */
export const WAIT_HOURS = { least: 1, most: 168 } as const;
const DAY_MS = 86_400_000;

export const secondFactorSettings = declareSection(
  'second-factor',
  z.object({
    /** Roles of the team that must have a second factor, and since when. */
    roles: z.record(z.string(), z.iso.datetime()).default({}),
    /** How long a session that is open already goes on without. */
    graceDays: z.number().int().min(0).max(MOST_GRACE_DAYS).default(7),
    waitHours: z.number().int().min(WAIT_HOURS.least).max(WAIT_HOURS.most).default(24),
  }),
);

/** Of whom a second factor is demanded: of roles in the team, and of the people of companies. */
@Injectable()
export class Demands {
  constructor(
    private readonly settings: Settings,
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly teamRoles: TeamRoles,
  ) {}

  /** Whether this one must have one before they are in. */
  async isDemandedOf({ id, teamRole }: { id: string; teamRole: string | null }): Promise<boolean> {
    const places = await this.database.read((em) =>
      rows<{ secondFactorSince: string | null }>(
        em,
        sql`select c.second_factor_since as "secondFactorSince" from ${table('membership')} m
              join ${table('company')} c on c.id = m.company_id where m.person_id = ${id}`,
      ),
    );
    return (await this.since(teamRole, places)) !== null;
  }

  /** A session that began without goes on for a while, and then counts for nothing until its owner has set one up. */
  async ofSession({ factor, startedAt, person: { teamRole }, places }: OpenSession): Promise<SessionDemand | null> {
    if (factor !== null) return null;
    const since = await this.since(teamRole, places);
    if (!since) return null;
    const { graceDays } = await this.settings.get(secondFactorSettings);
    const by = new Date(Math.max(since.getTime(), startedAt.getTime()) + graceDays * DAY_MS);
    return {
      by,
      text: 'factors.demand.banner',
      page: '/security',
      label: 'factors.set-up',
      leadsTo: '/sign-in/set-up',
    };
  }

  /** @throws InvalidField for a role that there is not, Refused unless the actor manages settings */
  async setRoles(
    actor: PortalActor,
    { roles, graceDays, waitHours }: { roles: string[]; graceDays: number; waitHours: number },
    version?: string,
  ): Promise<void> {
    const known = new Set((await this.teamRoles.described((key) => key)).map(({ value }) => value));
    if (roles.some((role) => !known.has(role))) throw new InvalidField('roles', 'web.form.choice');
    const now = new Date().toISOString();
    await this.settings.change(
      actor,
      secondFactorSettings,
      (before) => ({
        roles: Object.fromEntries(roles.map((role) => [role, before.roles[role] ?? now])),
        graceDays,
        waitHours,
      }),
      version,
    );
  }

  /** By the company's own admins, and by whoever manages companies. */
  async setOfCompany(actor: PortalActor, companyId: string, isDemanded: boolean): Promise<void> {
    if (!this.maySet(actor, companyId)) throw new NotFound();
    await this.database.write(async (em) => {
      const [found] = await rows<{ byTeam: boolean }>(
        em,
        sql`select second_factor_by_team as "byTeam" from ${table('company')} where id = ${companyId} for update`,
      );
      if (!found) throw new NotFound();
      const isTeam = actor.teamRole !== null;
      if (found.byTeam && !isTeam) throw new Refused('factors.company.by-team');
      const changed = await rows(
        em,
        sql`update ${table('company')} set second_factor_since = case when ${isDemanded}::boolean then now() end, second_factor_by_team = ${isDemanded && isTeam}
             where id = ${companyId} and (second_factor_since is not null) <> ${isDemanded}::boolean returning id`,
      );
      if (changed.length > 0)
        await this.outbox.publish(new CompanyUpdated(companyId, [{ field: 'secondFactor' }]), { by: actor });
    });
  }

  maySet({ ability }: PortalActor, companyId: string): boolean {
    return allowed(ability, 'administer', 'Company', { id: companyId });
  }

  async ofCompany(companyId: string): Promise<{ since: string | null; byTeam: boolean }> {
    const [company] = await this.database.read((em) =>
      rows<{ since: string | null; byTeam: boolean }>(
        em,
        sql`select second_factor_since as since, second_factor_by_team as "byTeam" from ${table('company')} where id = ${companyId}`,
      ),
    );
    return company ?? { since: null, byTeam: false };
  }

  private async since(teamRole: string | null, places: OpenSession['places']): Promise<Date | null> {
    const { roles } = await this.settings.get(secondFactorSettings);
    const all = [
      teamRole === null ? null : roles[teamRole],
      ...places.map(({ secondFactorSince }) => secondFactorSince),
    ];
    const times = all.flatMap((since) => (since ? [new Date(since).getTime()] : []));
    return times.length > 0 ? new Date(Math.min(...times)) : null;
  }
}
