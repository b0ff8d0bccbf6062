import { randomUUIDv7 } from 'node:crypto';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

export const COMPANY_ROLES = ['user', 'company_user', 'company_admin'] as const;
export type StandardRole = (typeof COMPANY_ROLES)[number];
/** A standard role, or the id of one that the operator has composed. */
export type CompanyRole = StandardRole | (string & {});

/** A customer organisation of the operator. */
@Entity({ schema: '*' })
export class Company {
  @PrimaryKey({ type: 'uuid' }) id: string = randomUUIDv7();
  @Property({ type: 'text' }) name!: string;

  /** The company's own domain, e.g. `globex.example`. */
  @Property({ type: 'text', nullable: true }) domain: string | null = null;

  /** The company it is a branch of. */
  @Property({ type: 'uuid', nullable: true }) parentId: string | null = null;

  /** Companies that work for it: people there may see its things where their role says so. */
  @Property({ type: 'uuid[]', columnType: 'uuid[]' }) partnerIds: string[] = [];
  @Property({ type: 'timestamptz' }) createdAt: Date = new Date();
}

/** A person's place in a company: *user* sees their own, *company user* the company's, *company admin* manages it; others as the operator has composed them. */
@Entity({ schema: '*' })
export class Membership {
  @PrimaryKey({ type: 'uuid' }) personId!: string;
  @PrimaryKey({ type: 'uuid' }) companyId!: string;
  @Property({ type: 'text' }) role!: CompanyRole;
  @Property({ type: 'timestamptz' }) createdAt: Date = new Date();
}
