import { randomUUIDv7 } from 'node:crypto';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

/** Somebody signed in on some device. The same table stands in every tenant's schema and, for staff, in the platform's. */
@Entity({ schema: '*' })
export class Session {
  @PrimaryKey({ type: 'uuid' }) id: string = randomUUIDv7();
  @Property({ type: 'text' }) tokenHash!: string;
  @Property({ type: 'uuid' }) ownerId!: string;
  @Property({ type: 'text', nullable: true }) ip: string | null = null;
  @Property({ type: 'text', nullable: true }) userAgent: string | null = null;
  @Property({ type: 'timestamptz' }) createdAt: Date = new Date();
  @Property({ type: 'timestamptz' }) lastSeenAt: Date = new Date();
  @Property({ type: 'timestamptz' }) expiresAt!: Date;
}
