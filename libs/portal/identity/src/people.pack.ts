import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { hashPassword } from '@foyer/credentials';
import { Database } from '@foyer/database';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { PackSections } from '@foyer/tenants';
import { Company, COMPANY_ROLES, Membership } from './company.entity.js';
import { Person, TEAM_ROLES } from './person.entity.js';

const person = z.strictObject({
  name: z.string().min(1),
  email: z.email().toLowerCase(),
  phone: z.string().optional(),
  locale: z.string().optional(),
  /** Only packs of demo businesses have passwords in the clear. */
  password: z.string().optional(),
  passwordHash: z.string().optional(),
  verified: z.boolean().default(true),
});
const people = z.strictObject({
  team: z.array(person.extend({ role: z.enum(TEAM_ROLES) })).default([]),
  companies: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        members: z.array(person.extend({ role: z.enum(COMPANY_ROLES) })).default([]),
      }),
    )
    .default([]),
  customers: z.array(person).default([]),
});
type People = z.output<typeof people>;
type DeclaredPerson = z.output<typeof person>;

/** `people.json` of a tenant pack: who is in the team, which companies there are and who belongs to them. */
@Injectable()
export class PeoplePack implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly sections: PackSections,
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
      for (const { name, members } of companies) {
        let company = await em.findOne(Company, { name });
        if (!company) em.persist((company = Object.assign(new Company(), { name })));
        await em.flush();
        for (const { role, ...member } of members) {
          const { id: personId } = await this.person(em, member);
          await em.flush();
          await em.upsert(Membership, { personId, companyId: company.id, role, createdAt: new Date() });
        }
      }
      await em.flush();
    });
  }

  /** By address: who is there already keeps name and password. */
  private async person(em: SqlEntityManager, declared: DeclaredPerson): Promise<Person> {
    const existing = await em.findOne(Person, { email: declared.email });
    if (existing) return existing;
    const { password, passwordHash, verified, name, email, phone = null, locale = null } = declared;
    const made = Object.assign(new Person(), {
      name,
      email,
      phone,
      locale,
      emailVerifiedAt: verified ? new Date() : null,
    });
    made.passwordHash = passwordHash ?? (password ? await hashPassword(password) : null);
    em.persist(made);
    return made;
  }
}
