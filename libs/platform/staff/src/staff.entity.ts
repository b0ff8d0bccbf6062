import { randomUUIDv7 } from 'node:crypto';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

export const STAFF_ROLES = ['owner', 'support', 'billing', 'auditor'] as const;
export type StaffRole = (typeof STAFF_ROLES)[number];

/** Somebody who runs the installation. */
@Entity({ schema: 'platform', tableName: 'staff' })
export class StaffMember {
  @PrimaryKey({ type: 'uuid' }) id: string = randomUUIDv7();
  @Property({ type: 'text' }) email!: string;
  @Property({ type: 'text' }) name!: string;
  @Property({ type: 'text' }) passwordHash!: string;
  @Property({ type: 'text' }) role!: StaffRole;
  @Property({ type: 'text' }) status: 'active' | 'deactivated' = 'active';
  @Property({ type: 'timestamptz' }) createdAt: Date = new Date();
}
