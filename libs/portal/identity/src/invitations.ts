import { Injectable } from '@nestjs/common';
import { allowed, Conflict, DomainError, holds, InvalidField, keeperOf, NotFound, TooMany } from '@foyer/access';
import { Callers } from '@foyer/api';
import { hashPassword, type Limit, Limits, Tokens } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { nameAlone } from '@foyer/mail';
import { Company, type CompanyRole, Membership } from './company.entity.js';
import {
  InvitationWithdrawn,
  MemberJoined,
  PersonInvited,
  PersonRegistered,
  TeamRoleChanged,
} from './identity.events.js';
import { IdentityMails } from './jobs/identity-mails.js';
import { byThemselves, Person, type TeamRole } from './person.entity.js';
import { personAt } from './person-at.js';
import { Owners } from './owners.js';
import { PersonPasswords } from './person-passwords.js';
import { Roles } from './roles/roles.js';
import { TeamRoles } from './roles/team-roles.js';
import type { PortalActor } from './portal-actor.js';
import { PortalPrincipals } from './portal-principals.js';
import { mayChangeTeam, Seats } from './seats.js';

const DAY = 86_400;
/** By one person, into one company, and by a tenant in all: whoever can invite writes to strangers. */
export const PER_PERSON: Limit = { name: 'invite', points: 200, seconds: DAY };
export const PER_COMPANY: Limit = { name: 'invite-company', points: 100, seconds: DAY };
export const PER_TENANT: Limit = { name: 'invite-tenant', points: 1_000, seconds: DAY };
/** By all of a tenant who have not shown that the address they signed up with is theirs. */
export const UNCONFIRMED: Limit = { name: 'invite-unconfirmed', points: 3, seconds: 7 * DAY };
/** To one mailbox, whoever invites it to wherever. */
export const PER_MAILBOX: Limit = { name: 'invite-mailbox', points: 10, seconds: DAY, across: 'platform' };
const DAYS = 14;

/** Where an invitation leads: into the team, into a company, or to an account that the team has made for somebody. */
export type Destination =
  { teamRole: TeamRole } | { companyId: string; companyRole: CompanyRole } | { personId: string };
export interface Invitee {
  name: string;
  email: string;
}
export interface PendingInvitation {
  id: string;
  email: string;
  name: string;
  role: string;
  createdAt: string;
  expiresAt: string;
}
export interface ShownInvitation {
  name: string;
  inviter: string;
  email: string;
  company: string | null;
  team: boolean;
  hasAccount: boolean;
}
interface InvitationData {
  name: string;
  inviter: string;
  inviterId?: string | null;
  /** Of the program that invited. */
  keyId?: string;
  teamRole?: TeamRole;
  companyId?: string;
  companyRole?: CompanyRole;
}

/**
 * Letting people in by a link to their mailbox. Nobody chooses another person's password (ASVS 6.4.6). Nobody of the team comes into a
 * company by it, also those who have joined the team since: its admins would learn of them, and share tickets past their role.
 */
@Injectable()
export class Invitations {
  constructor(
    private readonly database: Database,
    private readonly tokens: Tokens,
    private readonly limits: Limits,
    private readonly mails: IdentityMails,
    private readonly outbox: Outbox,
    private readonly roles: Roles,
    private readonly teamRoles: TeamRoles,
    private readonly passwords: PersonPasswords,
    private readonly principals: PortalPrincipals,
    private readonly callers: Callers,
    private readonly seats: Seats,
    private readonly owners: Owners,
  ) {}

  async invite(actor: PortalActor, { name, email }: Invitee, destination: Destination, locale: string): Promise<void> {
    await this.checkInviting(actor, destination);
    if ('teamRole' in destination) mayChangeTeam();
    await this.countIn(actor, email, subjectOf(destination));
    await this.database.write(async (em) => {
      const company = 'companyId' in destination ? await em.findOne(Company, { id: destination.companyId }) : null;
      if ('companyId' in destination && !company) throw new NotFound();
      const person = await em.findOne(Person, { email });
      if (person && (await this.isAlreadyThere(person, destination)))
        throw new Conflict('identity.invite.already-there');
      if ('companyId' in destination && person?.teamRole) throw new InvalidField('email', 'identity.companies.in-team');
      if ('teamRole' in destination) await this.seats.inTeam(email);
      else if (!person) await this.seats.mayTakeCustomers();
      const data: InvitationData = {
        ...{ name, inviter: actor.name, inviterId: actor.id, ...(actor.keyId && { keyId: actor.keyId }) },
        ...('personId' in destination ? {} : destination),
      };
      const secret = await this.tokens.issue('invitation', {
        email,
        personId: null,
        subjectId: subjectOf(destination),
        hours: DAYS * 24,
        data: { ...data },
      });
      const link = {
        ...{ secret, path: `/invitation?token=${secret}`, days: DAYS },
        ...{
          inviter: nameAlone(actor.name),
          company: company && nameAlone(company.name),
          team: 'teamRole' in destination,
        },
      };
      await this.mails.link('invitation', { address: email, name: '', locale }, link);
      await this.outbox.publish(new PersonInvited(email, destination), { by: actor });
    });
  }

  /** What an invitation says, to show before it is accepted; null when it is used, withdrawn, too old or not theirs to give any more. */
  async peek(secret: string): Promise<ShownInvitation | null> {
    const token = await this.tokens.peek('invitation', secret);
    if (!token) return null;
    const data = token.data as unknown as InvitationData;
    if (!(await this.isStillGiven(data))) return null;
    return this.database.read(async (em) => {
      const company = data.companyId ? await em.findOne(Company, { id: data.companyId }) : null;
      const person = await em.findOne(Person, { email: token.email });
      if (person?.status === 'deactivated' || (data.companyId && person?.teamRole)) return null;
      return {
        name: person?.name ?? data.name, // a company’s admin names nobody anew
        inviter: data.inviter,
        email: token.email,
        company: company?.name ?? null,
        team: data.teamRole !== undefined,
        hasAccount: await this.passwords.isChosen(token.email),
      };
    });
  }

  /**
   * Accepts an invitation. Who has no account yet chooses name and password with it. An existing account joins only when
   * `as` says that its owner is there: the link proves a mailbox, and mails are read by others, forwarded, kept.
   */
  async accept(secret: string, as: { personId: string } | { name: string; password: string }): Promise<Person | null> {
    const shown = await this.peek(secret);
    const chosen = 'password' in as ? as : null;
    // Whoever is signed in by their provider has no password, and needs none.
    if (!shown || (shown.hasAccount && chosen !== null)) return null;
    if (chosen) await this.passwords.mustDo(chosen.password, [shown.email, chosen.name]);
    const passwordHash = chosen && (await hashPassword(chosen.password));
    return this.database.write(async (em) => {
      let person = await personAt(this.database, shown.email);
      // Who has a password by now, of an account that has taken this address meanwhile, is asked for it.
      if (chosen && (await this.passwords.isChosen(shown.email))) return null;
      if (shown.team) await this.owners.lock();
      if (shown.team && !person?.teamRole) await this.seats.inTeam(shown.email);
      else if (!person) await this.seats.amongCustomers();
      const token = await this.tokens.redeem('invitation', secret);
      if (!token) return null;
      const data = token.data as unknown as InvitationData;
      if (person?.status === 'deactivated' || ('personId' in as && person?.id !== as.personId)) return null;
      if (data.companyId && person?.teamRole) return null;
      const added = person === null;
      if (!person) em.persist((person = Object.assign(new Person(), { email: token.email, name: data.name })));
      if (chosen) person.name = chosen.name;
      person.emailVerifiedAt ??= new Date();
      person.status = 'active';
      const before = person.teamRole;
      if (data.teamRole) person.teamRole = data.teamRole;
      await em.flush();
      if (added) await this.outbox.publish(new PersonRegistered(person.id, 'invitation'), byThemselves(person));
      if (before !== person.teamRole)
        await this.outbox.publish(new TeamRoleChanged(person.id, before, person.teamRole), byThemselves(person));
      if (before === null && person.teamRole !== null) await this.seats.moved();
      if (passwordHash) await this.passwords.set(person.id, passwordHash);
      if (data.companyId && (await em.findOne(Company, { id: data.companyId }))) {
        await em.upsert(Membership, {
          personId: person.id,
          companyId: data.companyId,
          role: data.companyRole!,
          createdAt: new Date(),
        });
        await this.outbox.publish(new MemberJoined(data.companyId, person.id, data.companyRole!), byThemselves(person));
      }
      return person;
    });
  }

  /** Open invitations to the team (null) or to a company; those that let nobody in any more are as good as gone. */
  async pending(actor: PortalActor, companyId: string | null): Promise<PendingInvitation[]> {
    this.mayInvite(actor, companyId ? { companyId, companyRole: 'user' } : { teamRole: 'viewer' });
    const sent = await this.database.read((em) =>
      rows<PendingInvitation & { data: InvitationData }>(
        em,
        sql`select id, email, data, data->>'name' as name, coalesce(data->>'companyRole', data->>'teamRole') as role,
                   created_at as "createdAt", expires_at as "expiresAt"
              from ${table('token')}
             where purpose = 'invitation' and subject_id is not distinct from ${companyId}::uuid and used_at is null and expires_at > now()
             order by created_at desc limit 100`,
      ),
    );
    const open: PendingInvitation[] = [];
    // One after the other, and each inviter once for each thing they gave: there are few.
    const given = new Map<string, boolean>();
    for (const { data, ...invitation } of sent) {
      const what = JSON.stringify([data.inviterId, data.keyId, data.teamRole, data.companyId, data.companyRole]);
      if (!given.has(what)) given.set(what, await this.isStillGiven(data));
      if (given.get(what)) open.push(invitation);
    }
    return open;
  }

  /** The company of an open invitation; null for the team's. @throws NotFound */
  async companyOf(id: string): Promise<string | null> {
    const [row] = await this.database.read((em) =>
      rows<{ subject_id: string | null }>(
        em,
        sql`select subject_id from ${table('token')} where id = ${id} and purpose = 'invitation'`,
      ),
    );
    if (!row) throw new NotFound();
    return row.subject_id;
  }

  async withdraw(actor: PortalActor, companyId: string | null, id: string): Promise<void> {
    this.mayInvite(actor, companyId ? { companyId, companyRole: 'user' } : { teamRole: 'viewer' });
    if (companyId === null) mayChangeTeam();
    await this.database.write(async () => {
      if (!(await this.tokens.revoke('invitation', id, companyId))) throw new NotFound();
      await this.outbox.publish(new InvitationWithdrawn(id, companyId), { by: actor });
    });
  }

  /** @throws NotFound, InvalidField, Refused for whoever may not invite there, or not into that role */
  private async checkInviting(actor: PortalActor, destination: Destination): Promise<void> {
    this.mayInvite(actor, destination);
    if ('companyRole' in destination)
      await this.roles.checkGiving(actor, 'invite', destination.companyId, destination.companyRole);
    else if ('teamRole' in destination) await this.teamRoles.checkGiving(actor, destination.teamRole);
  }

  /** An invitation gives what whoever sent it may give today: who has lost that right lets nobody in by an old mail. */
  private async isStillGiven({ inviterId, keyId, teamRole, companyId, companyRole }: InvitationData): Promise<boolean> {
    const destination = teamRole ? { teamRole } : companyId ? { companyId, companyRole: companyRole! } : null;
    if (!destination || !(inviterId ?? keyId)) return true;
    const inviter = keyId
      ? ((await this.callers.today(keyId)) as PortalActor | null)
      : await this.principals.person(inviterId!);
    if (!inviter) return false;
    return this.checkInviting(inviter, destination).then(
      () => true,
      (error: unknown) => {
        if (error instanceof DomainError) return false;
        throw error;
      },
    );
  }

  private mayInvite(actor: PortalActor, destination: Destination): void {
    if (!this.may(actor, destination)) throw new NotFound();
  }

  private may({ ability }: PortalActor, destination: Destination): boolean {
    if ('teamRole' in destination) return holds(ability, 'manage', 'Team');
    if ('personId' in destination) return holds(ability, 'invite', 'Membership');
    return allowed(ability, 'invite', 'Membership', { companyId: destination.companyId });
  }

  /** @throws TooMany, Conflict */
  private async countIn(actor: PortalActor, email: string, companyId: string | null): Promise<void> {
    // A program speaks for a team of which anybody has shown it.
    const whose = actor.id ? { id: actor.id } : { teamRole: { $ne: null } };
    const confirmed = await this.database.read((em) => em.count(Person, { ...whose, emailVerifiedAt: { $ne: null } }));
    if (confirmed === 0)
      await this.limits.count(UNCONFIRMED, 'all').catch((error: unknown) => {
        throw error instanceof TooMany ? new Conflict('identity.invite.confirm-first') : error;
      });
    await this.limits.count(PER_PERSON, keeperOf(actor)!);
    if (companyId) await this.limits.count(PER_COMPANY, companyId);
    await this.limits.count(PER_TENANT, 'all');
    await this.limits.count(PER_MAILBOX, email);
  }

  private async isAlreadyThere(person: Person, destination: Destination): Promise<boolean> {
    if ('teamRole' in destination) return person.teamRole !== null;
    if ('personId' in destination) return this.passwords.isChosen(person.email);
    const { companyId } = destination;
    return (await this.database.write((em) => em.findOne(Membership, { personId: person.id, companyId }))) !== null;
  }
}

const subjectOf = (destination: Destination): string | null =>
  'companyId' in destination ? destination.companyId : 'personId' in destination ? destination.personId : null;
