import { Injectable } from '@nestjs/common';
import { allowed, Conflict, InvalidField, NotFound, Refused } from '@foyer/access';
import { Database } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { Company, type CompanyRole, Membership } from './company.entity.js';
import { MemberJoined, MemberRemoved } from './identity.events.js';
import { Person, type TeamRole } from './person.entity.js';
import type { PortalActor } from './portal-principals.js';

/** The only writer of companies, who belongs to them, and who is in the team. */
@Injectable()
export class Companies {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
  ) {}

  async create(actor: PortalActor, details: { name: string; domain: string | null }): Promise<Company> {
    if (!actor.ability.can('create', 'Company')) throw new NotFound();
    return this.database.write(async (em) => {
      const company = Object.assign(new Company(), details);
      em.persist(company);
      return company;
    });
  }

  async update(actor: PortalActor, companyId: string, details: { name: string; domain: string | null }): Promise<void> {
    await this.database.write(async (em) => {
      const company = await em.findOne(Company, { id: companyId });
      if (!company || !allowed(actor.ability, 'update', 'Company', company)) throw new NotFound();
      Object.assign(company, details);
    });
  }

  /** Puts somebody who has an account into a company, or changes their role there. */
  async link(actor: PortalActor, companyId: string, personId: string, role: CompanyRole): Promise<void> {
    if (!actor.ability.can('create', 'Membership') || !actor.teamRole) throw new NotFound();
    await this.database.write(async (em) => {
      const both = await Promise.all([em.findOne(Company, { id: companyId }), em.findOne(Person, { id: personId })]);
      if (both.includes(null)) throw new InvalidField('company', 'web.form.choice');
      await em.upsert(Membership, { personId, companyId, role, createdAt: new Date() });
      await this.outbox.publish(new MemberJoined(companyId, personId));
    });
  }

  /** The company that the actor manages and the person belongs to. @throws NotFound */
  async administeredWith(actor: PortalActor, personId: string): Promise<string> {
    const memberships = await this.database.write((em) => em.find(Membership, { personId }));
    const found = memberships.find((membership) => allowed(actor.ability, 'manage', 'Membership', membership));
    if (!found) throw new NotFound();
    return found.companyId;
  }

  async changeRole(actor: PortalActor, companyId: string, personId: string, role: CompanyRole): Promise<void> {
    await this.database.write(async (em) => {
      const membership = await this.membership(actor, companyId, personId);
      if (membership.role === 'company_admin' && role !== 'company_admin')
        await this.keepAnAdmin(actor, companyId, personId);
      membership.role = role;
      await em.flush();
    });
  }

  async remove(actor: PortalActor, companyId: string, personId: string): Promise<void> {
    await this.database.write(async (em) => {
      const membership = await this.membership(actor, companyId, personId);
      if (membership.role === 'company_admin') await this.keepAnAdmin(actor, companyId, personId);
      em.remove(membership);
      await this.outbox.publish(new MemberRemoved(companyId, personId));
    });
  }

  async changeTeamRole(actor: PortalActor, personId: string, role: TeamRole | null): Promise<void> {
    if (!actor.ability.can('manage', 'Team')) throw new NotFound();
    await this.database.write(async (em) => {
      const person = await em.findOne(Person, { id: personId });
      if (!person?.teamRole) throw new NotFound();
      const touchesOwner = person.teamRole === 'owner' || role === 'owner';
      if (touchesOwner && actor.teamRole !== 'owner') throw new Refused('identity.team.owner-only');
      if (
        person.teamRole === 'owner' &&
        role !== 'owner' &&
        (await em.count(Person, { teamRole: 'owner', status: 'active' })) < 2
      ) {
        throw new Conflict('identity.team.last-owner');
      }
      person.teamRole = role;
    });
  }

  private async membership(actor: PortalActor, companyId: string, personId: string): Promise<Membership> {
    const membership = await this.database.write((em) => em.findOne(Membership, { companyId, personId }));
    if (!membership || !allowed(actor.ability, 'manage', 'Membership', membership)) throw new NotFound();
    return membership;
  }

  /** A company admin cannot leave the company without one; the operator's team can, and can name another. */
  private async keepAnAdmin(actor: PortalActor, companyId: string, personId: string): Promise<void> {
    if (actor.teamRole) return;
    const others = await this.database.write((em) =>
      em.count(Membership, { companyId, role: 'company_admin', personId: { $ne: personId } }),
    );
    if (others === 0) throw new Conflict('identity.company.last-admin');
  }
}
