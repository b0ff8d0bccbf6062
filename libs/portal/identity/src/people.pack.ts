import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { hashPassword } from '@foyer/credentials';
import { Database } from '@foyer/database';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { PackSections } from '@foyer/tenants';
import { domainInDns, field } from '@foyer/web';
import { Company, COMPANY_ROLES, Membership } from './company.entity.js';
import { Person, TEAM_ROLES } from './person.entity.js';
import { PersonPasswords } from './person-passwords.js';
import { Seats } from './seats.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const joinedDaysAgo = z.number().nonnegative().optional();
const person = z.strictObject({
  name: z.string().min(1),
  email: field.email,
  phone: z.string().optional(),
  locale: z.string().optional(),
  /** Only packs of demo businesses have passwords in the clear. */
  password: z.string().optional(),
  passwordHash: z.string().optional(),
  verified: z.boolean().default(true),
  /** So that the people of a demo business were there before their tickets. */
  joinedDaysAgo,
  lastSeenHoursAgo: z.number().nonnegative().optional(),
});
const people = z.strictObject({
  team: z.array(person.extend({ role: z.enum(TEAM_ROLES) })).default([]),
  companies: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        domain: z.string().transform(domainInDns).optional(),
        joinedDaysAgo,
        members: z.array(person.extend({ role: z.enum(COMPANY_ROLES) })).default([]),
      }),
    )
    .default([]),
  customers: z.array(person).default([]),
});
type People = z.output<typeof people>;
type DeclaredPerson = z.output<typeof person>;

/**
 * `people.json` of a tenant pack: who is in the team, which companies there are and who belongs to them. Packs are the installation's
 * own doing: nobody is left out of one, and whoever the plan has no place for in the team is frozen.
 */
@Injectable()
export class PeoplePack implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly sections: PackSections,
    private readonly passwords: PersonPasswords,
    private readonly seats: Seats,
  ) {}

  onModuleInit(): void {
    this.sections.register<People>({
      name: 'people',
      order: 20,
      schema: people,
      apply: (content) => this.apply(content),
    });
  }

  private async apply({ team, companies, customers }: People): Promise<void> {
    await this.database.write(async (em) => {
      for (const { role, ...member } of team) (await this.person(em, member)).teamRole = role;
      for (const customer of customers) await this.person(em, customer);
      for (const { name, domain = null, joinedDaysAgo, members } of companies) {
        let company = await em.findOne(Company, { name });
        if (!company)
          em.persist((company = Object.assign(new Company(), { name, domain, createdAt: since(joinedDaysAgo) })));
        await em.flush();
        for (const { role, ...member } of members) {
          const { id: personId, createdAt } = await this.person(em, member);
          await em.flush();
          await em.upsert(Membership, { personId, companyId: company.id, role, createdAt });
        }
      }
      await em.flush();
      await this.seats.moved();
    });
  }

  /** By address: who is there already keeps name and password. */
  private async person(em: SqlEntityManager, declared: DeclaredPerson): Promise<Person> {
    const existing = await em.findOne(Person, { email: declared.email });
    if (existing) return existing;
    const {
      password,
      passwordHash,
      verified,
      name,
      email,
      phone = null,
      locale = null,
      joinedDaysAgo,
      lastSeenHoursAgo,
    } = declared;
    const made = Object.assign(new Person(), {
      name,
      email,
      phone,
      locale,
      createdAt: since(joinedDaysAgo),
      lastSeenAt: lastSeenHoursAgo === undefined ? null : new Date(Date.now() - lastSeenHoursAgo * HOUR),
      emailVerifiedAt: verified ? since(joinedDaysAgo) : null,
    });
    em.persist(made);
    const hash = passwordHash ?? (password ? await hashPassword(password) : null);
    if (hash) {
      await em.flush();
      await this.passwords.set(made.id, hash);
    }
    return made;
  }
}

const since = (daysAgo = 0): Date => new Date(Date.now() - daysAgo * DAY);
