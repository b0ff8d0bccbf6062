import { randomUUIDv7 } from 'node:crypto';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

/** A one-time link, of which only the hash is kept. */
@Entity({ schema: '*' })
export class Token {
  @PrimaryKey({ type: 'uuid' }) id: string = randomUUIDv7();
  @Property({ type: 'text' }) purpose!: string;
  @Property({ type: 'text' }) tokenHash!: string;
  @Property({ type: 'text' }) email!: string;
  @Property({ type: 'uuid', nullable: true }) personId: string | null = null;

  /** What the link is about, where one address may hold several of one purpose: the company of an invitation. */
  @Property({ type: 'uuid', nullable: true }) subjectId: string | null = null;
  @Property({ type: 'json' }) data: Record<string, unknown> = {};
  @Property({ type: 'timestamptz' }) createdAt: Date = new Date();
  @Property({ type: 'timestamptz' }) expiresAt!: Date;
  @Property({ type: 'timestamptz', nullable: true }) usedAt: Date | null = null;
}
