import { createWriteStream } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { BadRequestException, Inject, Injectable, PayloadTooLargeException } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { type FormLimits, FormTooLarge, FormUnreadable, isForm, type Pair, readForm } from './posted-form.js';
import type { FoyerRequest, Upload } from './request.js';

/** Nobody who has not signed in has much to say, or a file to give: a stranger's form is small. */
const GUEST: FormLimits = { bytes: 64 * 1024, pairs: 50, files: 0, fileBytes: 0 };
/** Somebody who pastes 10 MB into a field is to get it back with a message, so bodies may be larger than any field. */
const SIGNED_IN: Omit<FormLimits, 'fileBytes'> = { bytes: 34 * 1024 * 1024, pairs: 500, files: 10 };
const FORBIDDEN = ['__proto__', 'constructor', 'prototype'];

/** Reads request bodies, after the gate knows who is asking: strangers cannot make us read megabytes for a closed door. */
@Injectable()
export class BodyReader {
  private readonly folder: string;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    this.folder = join(config.dataDir, 'uploads');
  }

  async read(req: FoyerRequest, res: Response): Promise<void> {
    if (isForm(req)) req.body = cleaned(await this.pairs(req, res));
    else if (Number(req.get('content-length') ?? 0) > 0) throw new BadRequestException('web.error.body-type');
    else req.body = {};
  }

  private async pairs(req: FoyerRequest, res: Response): Promise<Pair[]> {
    const guest = req.foyer.principal!.actor.kind === 'guest';
    const limits = guest ? GUEST : { ...SIGNED_IN, fileBytes: this.config.uploadLimitBytes };
    const uploads: Upload[] = [];
    res.once('close', () => uploads.forEach(({ path }) => void rm(path, { force: true })));
    try {
      const pairs = await readForm(req, limits, async ({ field, name, content }) => {
        const upload = { field, name, path: join(this.folder, randomUUID()), size: 0 };
        uploads.push(upload);
        await mkdir(this.folder, { recursive: true });
        await pipeline(
          content.on('data', (chunk: Buffer) => (upload.size += chunk.length)),
          createWriteStream(upload.path),
        );
      });
      // A field for files that was left empty comes as a file without name and content.
      req.uploads = uploads.filter(({ size, name }) => size > 0 || name !== '');
      return pairs;
    } catch (error) {
      if (error instanceof FormTooLarge)
        throw new PayloadTooLargeException(guest ? 'web.error.too-long' : 'web.error.too-large');
      if (error instanceof FormUnreadable) throw new BadRequestException('web.error.body');
      throw error;
    }
  }
}

/** Refuses keys that would reach a prototype, and drops what PostgreSQL cannot store in text (NUL, halves of characters). */
function cleaned(pairs: readonly Pair[]): Record<string, string | string[]> {
  const body = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    if (name.includes('\0') || FORBIDDEN.some((word) => name.includes(word)))
      throw new BadRequestException('web.error.body');
    const clean = value.replaceAll('\u0000', '').toWellFormed();
    const known = body.get(name);
    if (known) known.push(clean);
    else body.set(name, [clean]);
  }
  return Object.fromEntries([...body].map(([name, values]) => [name, values.length > 1 ? values : values[0]!]));
}
