import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

/** One section of a tenant's settings, as its schema wrote it. */
@Entity({ schema: '*', tableName: 'setting' })
export class Setting {
  @PrimaryKey({ type: 'text' }) key!: string;
  @Property({ type: 'json' }) value!: unknown;
  @Property({ type: 'timestamptz' }) updatedAt!: Date;

  /** Who of the people changed it last; null as long as only sign-up or a pack has. */
  @Property({ type: 'uuid', nullable: true }) changedBy: string | null = null;
}

/** A template that the team has published in place of the theme's. */
@Entity({ schema: '*', tableName: 'template_override' })
export class TemplateOverride {
  @PrimaryKey({ type: 'text' }) path!: string;
  @Property({ type: 'text' }) source!: string;
  @Property({ type: 'timestamptz' }) publishedAt!: Date;
  @Property({ type: 'uuid', nullable: true }) publishedBy!: string | null;
}
