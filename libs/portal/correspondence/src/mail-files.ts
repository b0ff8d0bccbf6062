import { randomUUIDv7 } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '@foyer/access';
import { type Config, CONFIG } from '@foyer/config';
import { type CheckedFile, cleanFileName, Files, MAX_PIXELS } from '@foyer/files';
import { translate } from '@foyer/i18n';
import type { MailAttachment } from '@foyer/inbound';

/** What hangs on a mail, as far as it may be kept; see `check`. */
export interface CheckedFiles {
  files: (CheckedFile & { from: string })[];
  /** What was not taken and why, one line each. */
  refused: string[];
}

const MAX_FILES = 30;
/** Of all pictures of a mail together: more than telephones put into one, and a minute's work at most. */
const MOST_PIXELS = 4 * MAX_PIXELS;

/** Keeps what hangs on a mail, with the same checks as files that people upload. What is not taken is told, not lost silently. */
@Injectable()
export class MailFiles {
  private readonly folder: string;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly files: Files,
  ) {
    this.folder = join(config.dataDir, 'uploads');
  }

  /** Looks at the files, which may take its time: before the transaction that keeps them. The caller lets go of them with `discard`. */
  async check(attachments: readonly MailAttachment[], locale: string): Promise<CheckedFiles> {
    await mkdir(this.folder, { recursive: true });
    const checked: CheckedFiles = { files: [], refused: [] };
    let pixels = MOST_PIXELS;
    try {
      for (const [index, { name, content }] of attachments.entries()) {
        const given = cleanFileName(name || `file-${randomUUIDv7().slice(-4)}`);
        if (index >= MAX_FILES) {
          const values = { name: given, max: MAX_FILES };
          checked.refused.push(translate(locale, 'correspondence.file.too-many', values));
          continue;
        }
        const from = join(this.folder, randomUUIDv7());
        try {
          await writeFile(from, content);
          const file = await this.files.check({ path: from, name: given }, { maxPixels: Math.min(pixels, MAX_PIXELS) });
          pixels -= file.pixels;
          checked.files.push({ ...file, from });
        } catch (error) {
          await rm(from, { force: true });
          checked.refused.push(told(error, locale));
        }
      }
      return checked;
    } catch (error) {
      await this.discard(checked);
      throw error;
    }
  }

  /** Inside the transaction of the message they hang on. */
  async keep({ files, refused }: CheckedFiles, ownerId: string | null, locale: string) {
    const kept = { ids: [] as string[], refused: [...refused] };
    for (const file of files)
      try {
        kept.ids.push((await this.files.keep(file, { createdBy: ownerId, byMail: true })).id);
      } catch (error) {
        kept.refused.push(told(error, locale));
      }
    return kept;
  }

  async discard({ files }: CheckedFiles): Promise<void> {
    for (const file of files) {
      await this.files.discard(file);
      await rm(file.from, { force: true });
    }
  }
}

/** A full disk is over tomorrow, and a crowd in a minute: then the mail is read again, with its files. */
function told(error: unknown, locale: string): string {
  if (!(error instanceof DomainError) || ['files.storage-failed', 'files.busy'].includes(error.code)) throw error;
  return translate(locale, error.code, error.values);
}
