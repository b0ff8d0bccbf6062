import { randomUUIDv7 } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '@foyer/access';
import { type Config, CONFIG } from '@foyer/config';
import { cleanFileName, Files, trueName } from '@foyer/files';
import { translate } from '@foyer/i18n';
import type { MailAttachment } from '@foyer/inbound';
import { asFile } from './arrivals.js';

export interface KeptFiles {
  ids: string[];
  /** What was not taken and why, one line each. */
  refused: string[];
}

const MAX_FILES = 30;

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

  async keep(attachments: readonly MailAttachment[], ownerId: string | null, locale: string): Promise<KeptFiles> {
    await mkdir(this.folder, { recursive: true });
    const kept: KeptFiles = { ids: [], refused: [] };
    for (const [index, { name, content }] of attachments.entries()) {
      if (index >= MAX_FILES) {
        const values = { name: cleanFileName(name), max: MAX_FILES };
        kept.refused.push(translate(locale, 'correspondence.file.too-many', values));
        continue;
      }
      try {
        const given = cleanFileName(name || `file-${randomUUIDv7().slice(-4)}`);
        const { id } = await asFile(this.folder, content, async (path) =>
          this.files.store({ path, name: await trueName(path, given) }, { createdBy: ownerId, byMail: true }),
        );
        kept.ids.push(id);
      } catch (error) {
        // A full disk is over tomorrow, and a crowd in a minute: then the mail is read again, with its files.
        if (!(error instanceof DomainError) || ['files.storage-failed', 'files.busy'].includes(error.code)) throw error;
        kept.refused.push(translate(locale, error.code, error.values));
      }
    }
    return kept;
  }
}
