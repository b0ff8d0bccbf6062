import { randomUUIDv7 } from 'node:crypto';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

@Entity({ schema: '*' })
export class TicketCategory {
  @PrimaryKey({ type: 'uuid' }) id: string = randomUUIDv7();
  @Property({ type: 'text' }) name!: string;

  /** Its name in the languages beside the one it was written in (`localized`). */
  @Property({ type: 'json' }) translations: Record<string, Partial<Record<string, string>>> = {};
  @Property({ type: 'int' }) position = 0;

  /** No longer offered; the tickets that have it keep it. */
  @Property({ type: 'timestamptz', nullable: true }) archivedAt: Date | null = null;

  /** Who of the people changed it last; null as long as only sign-up or a pack has. */
  @Property({ type: 'uuid', nullable: true }) changedBy: string | null = null;
}
