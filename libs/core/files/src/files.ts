import { createHash, randomUUID, randomUUIDv7 } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { raw, type SqlEntityManager } from '@mikro-orm/postgresql';
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Conflict, InvalidField, NotFound } from '@foyer/access';
import { type Config, CONFIG } from '@foyer/config';
import { type Limit, Limits } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import { Entitlements, LimitReached, Usage } from '@foyer/entitlements';
import { currentTenant } from '@foyer/tenancy';
import { cleanFileName } from './file-name.js';
import { FileLinks } from './file-links.js';
import { FileUses } from './file-uses.js';
import { inspect } from './inspection.js';
import type { Allowed } from './kinds.js';
import { cleanImage } from './pictures.js';
import { LocalStorage } from './local-storage.js';
import { type ByteRange, type Storage, StorageFailed } from './storage.js';
import { StoredFile } from './stored-file.entity.js';
import { trueName } from './true-name.js';
import { Unacceptable } from './unacceptable.js';

const LEFT = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_UNABLE_TO_PIPE']);

/** A file as it came with a form: in a temporary place, under the name the browser gave it. */
export interface Incoming {
  path: string;
  name: string;
  /** The form's field, which shows what is wrong with the file. */
  field?: string;
}
export interface StoreOptions {
  /** Families or extensions; everything known when left out. */
  allow?: Allowed;
  /** Never more than `UPLOAD_LIMIT_MB`. */
  maxBytes?: number;
  /** Of a picture: width × height. */
  maxPixels?: number;
  createdBy?: string | null;
  /** Counts to the space for mails, not to the one for what people upload. */
  byMail?: boolean;
}

/** A file that may be kept, as it will be: a picture is drawn anew by then. */
export interface CheckedFile extends Required<Pick<Incoming, 'path' | 'name' | 'field'>> {
  type: string;
  /** What it cost, as a picture; 0 for all else. */
  pixels: number;
  /** A place of its own to which it was drawn, if it was; see `discard`. */
  draft: string | null;
}

/** Each costs disk, checking and, for a picture, drawing. What comes by mail is counted where mails are. */
export const UPLOADS_OF_ONE: Limit = { name: 'upload-person', points: 300, seconds: 3_600 };
export const UPLOADS_OF_ALL: Limit = { name: 'upload-tenant', points: 6_000, seconds: 3_600 };

/** Fifty megapixels: more than a telephone's camera, 200 MB when unpacked. */
export const MAX_PIXELS = 50_000_000;
/** At once, of what nobody uses. */
const MOST_REMOVED = 500;

/** Keeps what people upload, of the ambient tenant. */
@Injectable()
export class Files implements OnModuleInit {
  private readonly log = new Logger('Files');
  private readonly storage: Promise<Storage>;
  private readonly drafts: string;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly links: FileLinks,
    private readonly uses: FileUses,
    private readonly limits: Limits,
    private readonly entitlements: Entitlements,
    private readonly usage: Usage,
  ) {
    this.storage = config.s3 ? inBucket(config.s3) : Promise.resolve(new LocalStorage(join(config.dataDir, 'files')));
    this.drafts = join(config.dataDir, 'uploads');
  }

  onModuleInit(): void {
    this.usage.register('storage', () => this.database.read((em) => used(em, false)));
  }

  /**
   * Checks a file and keeps it: first the content, then its row, in the caller's `write` if there is one. A row therefore
   * never points to nothing; what fails leaves neither behind.
   * @throws InvalidField at the upload's field when the file is not acceptable
   * @throws TooMany when somebody, or everybody of the tenant together, uploads on and on
   * @throws LimitReached when the plan holds no more, Conflict `files.quota` when the installation gives no more
   * @throws Conflict `files.storage-failed` when disk or storage fail
   */
  store(incoming: Incoming, options: StoreOptions = {}): Promise<StoredFile> {
    return this.prepared(incoming, options, (keep) => keep());
  }

  /** The same where keeping it is part of something: what is costly is over before `use` begins. @throws as `store` does */
  async prepared<T>(
    incoming: Incoming,
    options: StoreOptions,
    use: (keep: () => Promise<StoredFile>) => Promise<T>,
  ): Promise<T> {
    await this.count(options);
    const checked = await this.check(incoming, options);
    try {
      return await use(() => this.keep(checked, options));
    } finally {
      await this.discard(checked);
    }
  }

  /**
   * The costly half of `store`, which needs no transaction: whether a file may be kept, and under which name. The caller
   * lets go of it with `discard`. @throws as `store` does
   */
  async check(incoming: Incoming, options: StoreOptions = {}): Promise<CheckedFile> {
    const { path, field = 'file' } = incoming;
    const draft = join(this.drafts, randomUUID());
    let name = cleanFileName(incoming.name);
    try {
      await mkdir(this.drafts, { recursive: true });
      const limit = Math.min(options.maxBytes ?? Infinity, this.config.uploadLimitBytes);
      const { size: received } = await stat(path);
      if (received === 0) throw new Unacceptable('empty', { name });
      if (received > limit) throw new Unacceptable('size', { name, megabytes: Math.floor(limit / 1024 / 1024) || 1 });
      name = await trueName(path, name);
      const { type, family } = await inspect(path, name, options.allow);
      if (family !== 'image') return { path, name, field, type, pixels: 0, draft: null };
      const pixels = await cleanImage(path, draft, name, options.maxPixels ?? MAX_PIXELS);
      return { path: draft, name, field, type, pixels, draft };
    } catch (error) {
      await rm(draft, { force: true });
      throw this.explained(error, field);
    }
  }

  /** The other half: content, then row. @throws as `store` does */
  async keep(checked: CheckedFile, { createdBy = null, byMail = false }: StoreOptions = {}): Promise<StoredFile> {
    const { path, name, type, field } = checked;
    try {
      return await this.put(path, { name, type, createdBy, byMail });
    } catch (error) {
      throw this.explained(error, field);
    }
  }

  async discard({ draft }: CheckedFile): Promise<void> {
    if (draft) await rm(draft, { force: true });
  }

  private async count({ createdBy, byMail }: StoreOptions): Promise<void> {
    if (byMail || !createdBy) return;
    await this.limits.count(UPLOADS_OF_ONE, createdBy);
    await this.limits.count(UPLOADS_OF_ALL, '');
  }

  async find(id: string): Promise<StoredFile> {
    const file = await this.database.read((em) => em.findOne(StoredFile, { id }));
    if (!file) throw new NotFound();
    return file;
  }

  async open(file: string | Pick<StoredFile, 'storageKey'>, range?: ByteRange): Promise<Readable> {
    const { storageKey } = typeof file === 'string' ? await this.find(file) : file;
    return (await this.storage).open(storageKey, range);
  }

  /** Pours a file into an answer. A reader who has left, before or half-way, is no fault, and leaves nothing open. */
  async send(file: Pick<StoredFile, 'storageKey'>, to: Writable, range?: ByteRange): Promise<void> {
    const content = await this.open(file, range);
    try {
      await pipeline(content, to);
    } catch (error) {
      if (!LEFT.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    } finally {
      // `pipeline` refuses a closed target without looking at its source, and Node ends a process that loses an open handle.
      content.destroy();
    }
  }

  /** Removes row and, once that is certain, content. */
  async remove(id: string): Promise<void> {
    await this.database.write(async (em) => {
      const file = await em.findOne(StoredFile, { id });
      if (!file) return;
      await em.nativeDelete(StoredFile, { id });
      this.database.afterCommit(() => void this.forget(file.storageKey));
    });
  }

  /**
   * Removes what is older and nothing refers to: rows first and, once that is certain, content. One statement decides and
   * removes, so that nothing is given to a message in between; what one run leaves over is the next one's.
   * @returns how many
   */
  async removeUnused(days: number): Promise<number> {
    let content: Promise<void> | undefined;
    const count = await this.database.write(async (em) => {
      const unused = await this.uses.nowhere(em);
      const removed = await rows<{ storageKey: string }>(
        em,
        sql`delete from ${table('file')} where id in (
              select f.id from ${table('file')} f
               where f.created_at < now() - make_interval(days => ${days}) and ${unused}
               order by f.created_at, f.id limit ${MOST_REMOVED} for update skip locked)
            returning storage_key as "storageKey"`,
      );
      this.database.afterCommit(() => void (content = this.forgetAll(removed)));
      return removed.length;
    });
    await content;
    return count;
  }

  /**
   * An address on the host for uploaded content at which anybody who has it may fetch the file for at least `seconds`.
   * Check the permission first; the same file gets the same address for a while, so browsers can cache it.
   */
  signedUrl(file: Pick<StoredFile, 'id' | 'name'>, seconds: number): string {
    return this.links.make(currentTenant(), file, seconds);
  }

  private async put(
    path: string,
    about: Pick<StoredFile, 'name' | 'type' | 'createdBy' | 'byMail'>,
  ): Promise<StoredFile> {
    const id = randomUUIDv7();
    const storageKey = `${currentTenant().schema}/${id.slice(-2)}/${id}`;
    const { size } = await stat(path);
    const sha256 = await checksum(path);
    await this.database.read((em) => this.checkQuota(em, size, about.byMail));
    await (await this.storage).put(storageKey, path, about.type);
    try {
      return await this.database.write(async (em) => {
        // Many uploads at once must not pass the quota together: from here on the others wait.
        await this.database.inTurn('files');
        await this.checkQuota(em, size, about.byMail);
        const file = Object.assign(new StoredFile(), { ...about, id, size, sha256, storageKey, createdAt: new Date() });
        em.persist(file);
        await em.flush();
        return file;
      });
    } catch (error) {
      await this.forget(storageKey);
      throw error;
    }
  }

  /** What the plan holds is for what people upload: mails have a space of their own, so that none is lost. */
  private async checkQuota(em: SqlEntityManager, size: number, byMail: boolean): Promise<void> {
    const most = byMail ? this.config.mailsQuotaBytes : this.config.filesQuotaBytes;
    const planned = byMail ? Infinity : this.entitlements.limit('storage');
    const bytes = (await used(em, byMail)) + size;
    if (bytes > planned) throw new LimitReached('storage', planned);
    if (bytes > most) throw new Conflict('files.quota');
  }

  private async forgetAll(files: Pick<StoredFile, 'storageKey'>[]): Promise<void> {
    for (const { storageKey } of files) await this.forget(storageKey);
  }

  private async forget(storageKey: string): Promise<void> {
    await this.storage
      .then((storage) => storage.remove(storageKey))
      .catch((error: Error) => this.log.warn(`${storageKey} stays behind: ${error.message}`));
  }

  private explained(error: unknown, field: string): unknown {
    if (error instanceof Unacceptable) return new InvalidField(field, `files.refused.${error.code}`, error.values);
    const full = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
    if (!full && !(error instanceof StorageFailed)) return error;
    this.log.error((error as Error).message);
    return new Conflict('files.storage-failed');
  }
}

/** Bytes. */
async function used(em: SqlEntityManager, byMail: boolean): Promise<number> {
  const [row] = await em
    .createQueryBuilder(StoredFile)
    .select(raw('coalesce(sum(size), 0) as used'))
    .where({ byMail })
    .execute<[{ used: string }]>('all');
  return Number(row.used);
}

/** SHA-256, in hexadecimal digits. */
export async function checksum(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** The client for buckets takes 20 MB of memory: only who has a bucket loads it. */
async function inBucket(bucket: NonNullable<Config['s3']>): Promise<Storage> {
  const { S3Storage } = await import('./s3-storage.js');
  return new S3Storage(bucket);
}
