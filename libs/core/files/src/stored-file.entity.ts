import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

/** An uploaded file. Its row is written after its content is safe, so a row without content does not exist. */
@Entity({ schema: '*', tableName: 'file' })
export class StoredFile {
  @PrimaryKey({ type: 'uuid' }) id!: string;
  @Property({ type: 'text' }) name!: string;

  /** From the list of known kinds, never what the browser claimed. */
  @Property({ type: 'text' }) type!: string;

  /** In bytes. */
  @Property({ type: 'bigint' }) size!: number;
  @Property({ type: 'text' }) sha256!: string;
  @Property({ type: 'text' }) storageKey!: string;

  /** It came by mail, so it counts to the mails' space. */
  @Property({ type: 'boolean' }) byMail!: boolean;
  @Property({ type: 'uuid', nullable: true }) createdBy!: string | null;
  @Property({ type: 'timestamptz' }) createdAt!: Date;
}
