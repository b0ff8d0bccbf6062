import { Injectable } from '@nestjs/common';
import { allowed, Conflict, holds, InvalidField, NotFound, Refused } from '@foyer/access';
import { Sessions } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { mustBeAsOpened, versionOf } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { Company, type CompanyRole, Membership } from './company.entity.js';
import { leaving } from './identity-slots.js';
import {
  CompanyCreated,
  CompanyUpdated,
  MemberJoined,
  MemberRemoved,
  MemberRoleChanged,
  SessionsEnded,
  TeamRoleChanged,
} from './identity.events.js';
import { Owners } from './owners.js';
import { Person, type TeamRole } from './person.entity.js';
import type { PortalActor } from './portal-actor.js';
import { isPublicMail } from './public-mail.js';
import { Roles } from './roles/roles.js';
import { TeamRoles } from './roles/team-roles.js';
import { mayChangeTeam, Seats } from './seats.js';

export interface CompanyDetails {
  name: string;
  domain: string | null;
  parentId?: string | null;
  partnerIds?: string[];
}

/** The only writer of companies, who belongs to them, and who is in the team. */
@Injectable()
export class Companies {
  private readonly sessions: Sessions;

  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly roles: Roles,
    private readonly teamRoles: TeamRoles,
    private readonly slots: Slots,
    private readonly owners: Owners,
    private readonly seats: Seats,
  ) {
    this.sessions = new Sessions(database);
  }

  async create(actor: PortalActor, details: CompanyDetails): Promise<Company> {
    if (!holds(actor.ability, 'create', 'Company')) throw new Refused();
    mustBeTheirs(details);
    return this.database.write(async (em) => {
      await this.database.inTurn('companies');
      const company = Object.assign(new Company(), details);
      await this.mustBeTheirsAlone(company.id, details);
      await this.checkPlace(company.id, details);
      em.persist(company);
      await this.outbox.publish(new CompanyCreated(company.id), { by: actor });
      await em.flush();
      return company;
    });
  }

  /** Nobody else changes it, or who belongs to it, until the enclosing write is over. */
  async hold(companyId: string): Promise<void> {
    await this.database.write(async (em) => {
      // What is checked is of other companies too: their domains, and of whom they are branches.
      await this.database.inTurn('companies');
      await rows(em, sql`select 1 from ${table('company')} where id = ${companyId} for update`);
    });
  }

  /** @throws ChangedMeanwhile where somebody else has changed it since it was `opened` (`companyVersion`) */
  async update(actor: PortalActor, companyId: string, details: CompanyDetails, opened?: string): Promise<void> {
    await this.database.write(async (em) => {
      await this.hold(companyId);
      const company = await em.findOne(Company, { id: companyId }, { refresh: true });
      if (!company || !allowed(actor.ability, 'update', 'Company', company)) throw new NotFound();
      mustBeAsOpened(opened, asVersioned(company), asVersioned(details));
      mustBeTheirs(details);
      if (details.domain !== company.domain) await this.mustBeTheirsAlone(companyId, details);
      await this.checkPlace(companyId, details);
      const changes = changesOf(company, details);
      if (changes.length === 0) return;
      Object.assign(company, details);
      await this.outbox.publish(new CompanyUpdated(companyId, changes), { by: actor });
    });
  }

  /**
   * Puts a customer who has an account into a company. Nobody of the team: what they reach is for their role there to say.
   */
  async link(actor: PortalActor, companyId: string, personId: string, role: CompanyRole): Promise<void> {
    if (!allowed(actor.ability, 'create', 'Membership', { companyId, personId })) throw new NotFound();
    await this.roles.checkGiving(actor, 'create', companyId, role);
    await this.database.write(async (em) => {
      await rows(em, sql`select 1 from ${table('person')} where id = ${personId} for update`);
      const company = await em.findOne(Company, { id: companyId });
      const person = await em.findOne(Person, { id: personId }, { refresh: true });
      if (!company || !person) throw new InvalidField('company', 'web.form.choice');
      if (person.teamRole !== null || personId === actor.id)
        throw new InvalidField('company', 'identity.companies.in-team');
      if (await em.findOne(Membership, { personId, companyId }))
        throw new InvalidField('company', 'identity.invite.already-there');
      await em.upsert(Membership, { personId, companyId, role, createdAt: new Date() });
      await this.outbox.publish(new MemberJoined(companyId, personId, role), { by: actor });
    });
  }

  async changeRole(actor: PortalActor, companyId: string, personId: string, role: CompanyRole): Promise<void> {
    await this.database.write(async (em) => {
      const membership = await this.membership(actor, companyId, personId);
      await this.roles.checkGiving(actor, 'administer', companyId, role);
      await this.roles.checkTouching(actor, companyId, membership.role);
      if (membership.role === 'company_admin' && role !== 'company_admin')
        await this.keepAnAdmin(actor, companyId, personId);
      if (role === membership.role) return;
      await this.outbox.publish(new MemberRoleChanged(companyId, personId, membership.role, role), { by: actor });
      membership.role = role;
      await em.flush();
    });
  }

  async remove(actor: PortalActor, companyId: string, personId: string): Promise<void> {
    await this.database.write(async (em) => {
      const membership = await this.membership(actor, companyId, personId);
      await this.roles.checkTouching(actor, companyId, membership.role);
      if (membership.role === 'company_admin') await this.keepAnAdmin(actor, companyId, personId);
      em.remove(membership);
      await this.left(companyId, personId);
      await this.outbox.publish(new MemberRemoved(companyId, personId, membership.role), { by: actor });
    });
  }

  /** Which of their companies somebody acts for from now on. */
  async actFor(actor: PortalActor, companyId: string): Promise<void> {
    if (!actor.companies.some(({ id }) => id === companyId)) throw new NotFound();
    await this.database.write((em) => em.nativeUpdate(Person, { id: actor.id! }, { currentCompanyId: companyId }));
  }

  /**
   * Null: out of the team.
   * @throws Refused for a role that may more than the actor, on either side
   */
  async changeTeamRole(actor: PortalActor, personId: string, role: TeamRole | null): Promise<void> {
    if (!holds(actor.ability, 'manage', 'Team')) throw new Refused();
    mayChangeTeam();
    if (role !== null) await this.teamRoles.checkGiving(actor, role);
    await this.database.write(async (em) => {
      await this.owners.lock();
      const person = await em.findOne(Person, { id: personId }, { refresh: true });
      if (!person?.teamRole) throw new NotFound();
      await this.teamRoles.checkTouching(actor, person.teamRole);
      if (role !== 'owner') await this.owners.mustRemain(person);
      if (role === person.teamRole) return;
      await this.outbox.publish(new TeamRoleChanged(personId, person.teamRole, role), { by: actor });
      person.teamRole = role;
      if (role === null) await this.left(null, personId);
      await this.seats.moved();
      // What was open under the former role ends (ASVS 7.2.4); whoever changes their own goes on.
      const own = actor.id === personId ? actor.sessionId : null;
      await this.sessions.endAll(personId, own ?? undefined);
      await this.outbox.publish(new SessionsEnded(personId, own), { by: actor });
    });
  }

  /** Whoever registers with the address of a domain that two companies have would be in neither. */
  private async mustBeTheirsAlone(companyId: string, { domain }: CompanyDetails): Promise<void> {
    if (!domain) return;
    const others = await this.database.write((em) => em.count(Company, { domain, id: { $ne: companyId } }));
    if (others > 0) throw new InvalidField('domain', 'identity.companies.domain-taken');
  }

  /** A company is no branch of itself or of one below it, and no partner of its own. */
  private async checkPlace(companyId: string, { parentId = null, partnerIds = [] }: CompanyDetails): Promise<void> {
    const [found] = await this.database.read((em) =>
      rows<{ circle: boolean; parent: boolean; partners: number }>(
        em,
        sql`with recursive up as (
              select c.id, c.parent_id from ${table('company')} c where c.id = ${parentId}
              union select c.id, c.parent_id from ${table('company')} c join up on c.id = up.parent_id)
            select exists (select from up where id = ${companyId}) as circle,
                   exists (select from ${table('company')} where id = ${parentId}) as parent,
                   (select count(*)::int from ${table('company')} where id = any(${partnerIds}::uuid[])) as partners`,
      ),
    );
    if (found!.circle) throw new InvalidField('parent', 'identity.companies.circle');
    if (partnerIds.includes(companyId)) throw new InvalidField('partners', 'identity.companies.own-partner');
    if (parentId && !found!.parent) throw new InvalidField('parent', 'web.form.choice');
    if (found!.partners < new Set(partnerIds).size) throw new InvalidField('partners', 'web.form.choice');
  }

  /** Locks the company, so that of two who leave it without an admin the second sees what the first did. */
  private async membership(actor: PortalActor, companyId: string, personId: string): Promise<Membership> {
    const membership = await this.database.write(async (em) => {
      await this.hold(companyId);
      return em.findOne(Membership, { companyId, personId }, { refresh: true });
    });
    if (!membership || !allowed(actor.ability, 'administer', 'Membership', membership)) throw new NotFound();
    return membership;
  }

  private async left(companyId: string | null, personId: string): Promise<void> {
    for (const leave of this.slots.of(leaving)) await leave(companyId, personId);
  }

  /** A company admin cannot leave the company without one; the operator's team can, and can name another. */
  private async keepAnAdmin(actor: PortalActor, companyId: string, personId: string): Promise<void> {
    if (holds(actor.ability, 'administer', 'Membership')) return;
    const others = await this.database.write((em) =>
      em.count(Membership, { companyId, role: 'company_admin', personId: { $ne: personId } }),
    );
    if (others === 0) throw new Conflict('identity.company.last-admin');
  }
}

/** Of what its form holds. */
const asVersioned = ({ name, domain, parentId, partnerIds }: CompanyDetails) => ({
  name,
  domain,
  parentId,
  partnerIds,
});
export const companyVersion = (details: CompanyDetails): string => versionOf(asVersioned(details));

/** Words are told of without what they say. */
function changesOf(company: Company, details: CompanyDetails): CompanyUpdated['changes'] {
  const [was, is] = [company, details] as unknown as Record<string, string | string[] | null>[];
  return Object.keys(details)
    .filter((field) => is![field] !== undefined && JSON.stringify(is![field]) !== JSON.stringify(was![field]))
    .map((field) => (/Ids?$/.test(field) ? { field, from: was![field]!, to: is![field]! } : { field }));
}

/** Whoever registers with an address of a company's domain belongs to it. */
function mustBeTheirs({ domain }: CompanyDetails): void {
  if (domain && isPublicMail(domain)) throw new InvalidField('domain', 'identity.companies.domain-public', { domain });
}
