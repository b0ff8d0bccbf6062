import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { allowed, Conflict, NotFound } from '@foyer/access';
import { type Limit, Limits, Token, Tokens } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import { type Doer, Outbox } from '@foyer/events';
import { Accounts, Person, type PortalActor, TeamRoles } from '@foyer/identity';
import { Settings } from '@foyer/settings';
import { secondFactorSettings } from './demands.js';
import { FactorResetBegun, FactorResetStopped, FactorsReset } from './factor.events.js';
import { Factors } from './factors.js';
import { ResetMails } from './reset-mails.js';

const PURPOSE = 'factor-reset';
const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
/** So long a reset may be used, once it may. */
const GOOD_FOR_HOURS = 14 * DAY_HOURS;
/** A password that was chosen by a link proves the mailbox, and so does the link of a reset: for so long the one does not help the other. */
const NEW_PASSWORD_HOURS = 7 * DAY_HOURS;
const ASKED: Limit = { name: 'factor-help', points: 2, seconds: 86_400 };

export interface PendingReset {
  id: string;
  /** Until then it can only be stopped. */
  readyAt: Date;
}
type Subject = Pick<Person, 'id' | 'teamRole'>;

/**
 * How somebody comes back who has lost all they had beside their password. A team member begins it, with a reason; its owner hears of
 * it at once and can stop it; after a while it opens with the password and the link of the mail together (deploy/decisions/0034).
 */
@Injectable()
export class Resets {
  constructor(
    private readonly database: Database,
    private readonly tokens: Tokens,
    private readonly limits: Limits,
    private readonly outbox: Outbox,
    private readonly settings: Settings,
    private readonly factors: Factors,
    private readonly accounts: Accounts,
    private readonly teamRoles: TeamRoles,
    private readonly mails: ResetMails,
  ) {}

  /** Somebody on their way in has nothing left to show: those who can help are told. */
  async ask({ id, name, email, teamRole }: Person): Promise<void> {
    const counted = await this.limits.count(ASKED, id).catch(() => 'enough');
    if (counted === 'enough') return;
    const roles = teamRole === null ? await this.teamRoles.thatMay('people.manage') : ['owner'];
    const helpers = await this.database.read((em) =>
      rows<{ id: string }>(
        em,
        sql`select id from ${table('person')} where status = 'active' and frozen_at is null and team_role = any(${roles}::text[]) and id <> ${id}
             order by created_at limit 20`,
      ),
    );
    await this.mails.asked(
      { id, name, email },
      helpers.map((helper) => helper.id),
      randomUUID(),
    );
  }

  /** Of customers whoever manages people, of the team its owners; nobody their own. */
  mayBegin(actor: PortalActor, person: Subject): boolean {
    if (actor.id === null || actor.id === person.id) return false;
    if (person.teamRole !== null && actor.teamRole !== 'owner') return false;
    return allowed(actor.ability, 'manage', 'Person', person);
  }

  /** @throws NotFound for whom they may not, Conflict where there is nothing to reset */
  async begin(actor: PortalActor, personId: string, reason: string): Promise<void> {
    const person = await this.database.read((em) => em.findOne(Person, { id: personId, status: 'active' }));
    if (!person || !this.mayBegin(actor, person)) throw new NotFound();
    await this.start(person, reason, actor);
  }

  /** By whoever runs the platform, where nobody in the team is left who could. */
  async beginFor(email: string, reason: string): Promise<void> {
    const person = await this.database.read((em) => em.findOne(Person, { email, status: 'active' }));
    if (!person) throw new NotFound();
    await this.start(person, reason, null);
  }

  async pendingOf(personId: string): Promise<PendingReset | null> {
    const token = await this.database.read((em) =>
      em.findOne(Token, { purpose: PURPOSE, personId, usedAt: null, expiresAt: { $gt: new Date() } }),
    );
    return token && { id: token.id, readyAt: await this.readyAt(token) };
  }

  /** What the link of the mail stands for; null when it no longer works. */
  async shown(secret: string): Promise<(PendingReset & { person: Person }) | null> {
    const token = await this.tokens.peek(PURPOSE, secret);
    if (!token?.personId) return null;
    const person = await this.database.read((em) => em.findOne(Person, { id: token.personId!, status: 'active' }));
    return person && { id: token.id, person, readyAt: await this.readyAt(token) };
  }

  /** "This was not me", by the link of the mail, which takes no password. False when there is nothing to stop. */
  async stop(secret: string): Promise<boolean> {
    const reset = await this.shown(secret);
    return reset !== null && this.end(reset.id, reset.person.id);
  }

  /** The same by somebody who is in, and by whoever may begin one. @throws NotFound */
  async stopOf(actor: PortalActor, person: Subject): Promise<void> {
    const reset = actor.id === person.id || this.mayBegin(actor, person) ? await this.pendingOf(person.id) : null;
    if (!reset || !(await this.end(reset.id, person.id, actor))) throw new NotFound();
  }

  /**
   * Takes away what somebody has, who has shown password and link. All their sessions end.
   * @throws Conflict before its time, or when it was stopped
   */
  async finish(secret: string): Promise<void> {
    const reset = await this.shown(secret);
    if (!reset || reset.readyAt > new Date()) throw new Conflict('factors.reset.not-yet');
    await this.database.write(async () => {
      if (!(await this.tokens.redeem(PURPOSE, secret))) throw new Conflict('factors.reset.not-yet');
      await this.factors.removeAll(reset.person.id);
      await this.accounts.endSessionsOf(reset.person.id);
      await this.outbox.publish(new FactorsReset(reset.person.id, new Date().toISOString()));
    });
  }

  private async start(person: Person, reason: string, actor: PortalActor | null): Promise<void> {
    const { waitHours } = await this.settings.get(secondFactorSettings);
    await this.database.write(async () => {
      if (!(await this.factors.has(person.id))) throw new Conflict('factors.reset.nothing');
      const hours = waitHours + GOOD_FOR_HOURS;
      const grant = { email: person.email, personId: person.id, data: { reason, waitHours } };
      const secret = await this.tokens.issue(PURPOSE, { ...grant, hours });
      await this.outbox.publish(new FactorResetBegun(person.id, reason), actor ? { by: actor } : undefined);
      const readyAt = new Date(Date.now() + waitHours * HOUR_MS);
      await this.mails.begun(person.id, { secret, readyAt, reason });
    });
  }

  private async readyAt({ createdAt, personId, data }: Token): Promise<Date> {
    const { waitHours } = data as { waitHours: number };
    const [chosen] = await this.database.read((em) =>
      rows<{ at: string | null }>(
        em,
        sql`select max(used_at) as at from ${table('token')} where purpose = 'reset' and person_id = ${personId}`,
      ),
    );
    const afterPassword = chosen?.at ? new Date(chosen.at).getTime() + NEW_PASSWORD_HOURS * HOUR_MS : 0;
    return new Date(Math.max(createdAt.getTime() + waitHours * HOUR_MS, afterPassword));
  }

  private async end(id: string, personId: string, by?: Doer): Promise<boolean> {
    return this.database.write(async () => {
      const stopped = await this.tokens.revoke(PURPOSE, id);
      if (stopped) await this.outbox.publish(new FactorResetStopped(personId), by && { by });
      return stopped;
    });
  }
}
