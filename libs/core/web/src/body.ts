import { createWriteStream } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Response } from 'express';
import { BadRequestException, Inject, Injectable, PayloadTooLargeException } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { type FormLimits, FormTooLarge, FormUnreadable, isForm, type Pair, readForm } from './posted-form.js';
import type { FoyerRequest, Upload } from './request.js';
import { UploadFailed } from './web-errors.js';

/** Nobody who has not signed in has much to say, or a file to give: a stranger's form is small. */
const GUEST: FormLimits = { bytes: 64 * 1024, pairs: 50, files: 0, fileBytes: 0 };
/** Somebody who pastes 10 MB into a field is to get it back with a message, so bodies may be larger than any field. */
const SIGNED_IN: Omit<FormLimits, 'fileBytes'> = { bytes: 34 * 1024 * 1024, pairs: 500, files: 10 };
/** What is read of a form by which nobody knows who sent it. */
const WORDS: Omit<FormLimits, 'fileBytes'> = { bytes: 1024 * 1024, pairs: 500, files: 10 };
const FORBIDDEN = ['__proto__', 'constructor', 'prototype'];

/** Reads request bodies, after the gate knows who is asking: strangers cannot make us read megabytes for a closed door. */
@Injectable()
export class BodyReader {
  private readonly folder: string;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    this.folder = join(config.dataDir, 'uploads');
  }

  async read(req: FoyerRequest, res: Response): Promise<void> {
    if (!isForm(req)) {
      if (Number(req.get('content-length') ?? 0) > 0) throw new BadRequestException('web.error.body-type');
      req.body = {};
      return;
    }
    const guest = req.foyer.principal!.actor.kind === 'guest';
    const limits = guest ? GUEST : { ...SIGNED_IN, fileBytes: this.config.uploadLimitBytes };
    const problem = await this.readForm(req, res, limits, (upload, content) => this.keep(upload, content));
    const unasked = guest && (req.uploads?.length ?? 0) > 0;
    if (problem instanceof FormTooLarge || unasked)
      throw new PayloadTooLargeException(guest ? 'web.error.too-long' : 'web.error.too-large');
    if (problem) throw problem;
  }

  /** What was typed, by whomever: for a page that gives it back while nothing can be done with it. Files are read past. */
  async readWords(req: FoyerRequest, res: Response): Promise<void> {
    if (!isForm(req)) return;
    const limits = { ...WORDS, fileBytes: this.config.uploadLimitBytes };
    await this.readForm(req, res, limits, (upload, content) =>
      finished(content.on('data', (chunk: Buffer) => (upload.size += chunk.length))),
    );
  }

  /** Fills in body and uploads as far as they came, and returns what was wrong. */
  private async readForm(
    req: FoyerRequest,
    res: Response,
    limits: FormLimits,
    keep: (upload: Upload, content: Readable) => Promise<void>,
  ): Promise<Error | null> {
    const uploads: Upload[] = [];
    let problem: Error | null = null;
    res.once('close', () => uploads.forEach(({ path }) => void rm(path, { force: true }).catch(() => undefined)));
    const pairs = await readForm(req, limits, async ({ field, name, content, surplus }) => {
      const upload: Upload = { field, name, path: join(this.folder, randomUUID()), size: 0, surplus };
      uploads.push(upload);
      if (surplus) return finished(content.on('data', (chunk: Buffer) => (upload.size += chunk.length)));
      // A disk that fails is no reason to lose the words beside the file.
      await keep(upload, content).catch((error: Error) => {
        problem = new UploadFailed(error);
        content.resume();
      });
    }).catch((error: Error) => {
      if (error instanceof FormUnreadable) throw new BadRequestException('web.error.body');
      problem = error;
      return error instanceof FormTooLarge ? error.pairs : [];
    });
    req.body = cleaned(pairs);
    // A field for files that was left empty comes as a file without name and content.
    req.uploads = uploads.filter(({ size, name }) => size > 0 || name !== '');
    return problem;
  }

  private async keep(upload: Upload, content: Readable): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const out = createWriteStream(upload.path);
    content.on('data', (chunk: Buffer) => (upload.size += chunk.length));
    finished(content).catch((error: Error) => out.destroy(error));
    content.pipe(out); // not a pipeline: that would end the content where the disk fails, and with it the form around it
    await finished(out);
  }
}

/**
 * Refuses keys that would reach a prototype, and drops what PostgreSQL cannot store in text (NUL, halves of characters). Letters
 * and their marks are put together (NFC): what looks alike is alike, whichever keyboard it was typed on.
 */
function cleaned(pairs: readonly Pair[]): Record<string, string | string[]> {
  const body = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    if (name.includes('\0') || FORBIDDEN.some((word) => name.includes(word)))
      throw new BadRequestException('web.error.body');
    const clean = value.replaceAll('\u0000', '').toWellFormed().normalize('NFC');
    const known = body.get(name);
    if (known) known.push(clean);
    else body.set(name, [clean]);
  }
  return Object.fromEntries([...body].map(([name, values]) => [name, values.length > 1 ? values : values[0]!]));
}
