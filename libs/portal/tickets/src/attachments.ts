import { Inject, Injectable } from '@nestjs/common';
import { DomainError, keeperOf } from '@foyer/access';
import { type Config, CONFIG } from '@foyer/config';
import { Database, rows, sql, type Sql, table } from '@foyer/database';
import { extensionsOf, Files } from '@foyer/files';
import type { PortalActor } from '@foyer/identity';
import type { KeptFile } from '@foyer/requests';
import type { FormState, Upload } from '@foyer/web';

export const MAX_FILES = 10;

/**
 * Files on their way into a ticket. They are stored as they come and hang on nothing until the message is written, so that
 * a form with a mistake in it comes back with its files.
 */
@Injectable()
export class Attachments {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly files: Files,
    private readonly database: Database,
  ) {}

  /** For the form: how many files, how large each may be, and of which endings. */
  get limits() {
    const size = this.config.uploadLimitBytes;
    return { count: MAX_FILES, size, megabytes: Math.floor(size / 1024 / 1024), kinds: extensionsOf().join(',') };
  }

  /** Stores what came and adds what came before with the same form; what cannot be taken is said at the field. */
  async take(
    actor: PortalActor,
    form: FormState<unknown>,
    uploads: readonly Upload[],
    { field, max }: { field: string; max: number } = { field: 'attachments', max: MAX_FILES },
  ): Promise<KeptFile[]> {
    const kept = await this.keptBefore(actor, form.values[keptName(field)]);
    for (const { path, name, surplus } of uploads.filter((upload) => upload.field === field)) {
      if (surplus || kept.length >= max) {
        form.fail(field, 'files.refused.too-many', { max });
        break;
      }
      try {
        const { id, name: clean, size } = await this.files.store({ path, name, field }, { createdBy: keeperOf(actor) });
        kept.push({ id, name: clean, size: Number(size) });
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        form.fail(field, error.code, error.values);
      }
    }
    return kept;
  }

  /** The files of an answer, which needs no words beside them. */
  async answer(actor: PortalActor, form: FormState<{ body: string }>, uploads: Upload[]): Promise<KeptFile[]> {
    const kept = await this.take(actor, form, uploads);
    if (!form.failed && form.value.body === '' && kept.length === 0) form.fail('body', 'web.form.required');
    return kept;
  }

  /** Whether each of these is a file that the actor uploaded and has not sent yet. Of two that ask at once the later waits for the other's write. */
  async areReady(actor: PortalActor, ids: readonly string[]): Promise<boolean> {
    if (ids.length > 0)
      await this.database.write((em) =>
        rows(em, sql`select 1 from ${table('file')} where id = any(${ids}::uuid[]) order by id for update`),
      );
    return (await this.keptBefore(actor, [...ids])).length === new Set(ids).size;
  }

  /** What somebody uploaded and has not sent yet, by the ids that came back with the form. */
  async keptBefore(actor: PortalActor, values: string | string[] | undefined): Promise<KeptFile[]> {
    const ids = [values ?? []]
      .flat()
      .filter((id) => /^[0-9a-f-]{36}$/.test(id))
      .slice(0, MAX_FILES);
    if (ids.length === 0) return [];
    return this.database.read((em) =>
      rows<KeptFile>(
        em,
        sql`select f.id, f.name, f.size::int from ${table('file')} f where f.id = any(${ids}::uuid[]) and f.created_by = ${keeperOf(actor)} and ${isUnused()} order by f.id`,
      ),
    );
  }
}

/** Whether file `f` hangs on no message and answers no question. What names it has been changed since it came; clocks may differ. */
export const isUnused = (): Sql => sql`(
  not exists (select from ${table('ticket_attachment')} a where a.file_id = f.id)
  and not exists (select from ${table('ticket')} t where t.updated_at >= f.created_at - interval '1 hour'
    and jsonb_path_exists(t.fields, '$.*[*] ? (@ == $id)', jsonb_build_object('id', f.id::text))))`;

/** The control that brings back the files of a field, once they have come with a form that was not finished. */
export const keptName = (field: string): string => (field === 'attachments' ? 'kept' : `kept-${field}`);
