import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import express, { type RequestHandler, type Response } from 'express';
import multer, { MulterError } from 'multer';
import { BadRequestException, Inject, Injectable, PayloadTooLargeException } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import type { FoyerRequest } from './request.js';

/** Somebody who pastes 10 MB into a field is to get it back with a message, so bodies may be larger than any field. */
const FORM_BYTES = 34 * 1024 * 1024;
const FIELD_BYTES = 12 * 1024 * 1024;
const MAX_FILES = 10;
const MAX_FIELDS = 500;
const FORBIDDEN = ['__proto__', 'constructor', 'prototype'];

/** Reads request bodies, after the gate knows who is asking: strangers cannot make us read megabytes for a closed door. */
@Injectable()
export class BodyReader {
  private readonly urlencoded: RequestHandler = express.text({
    type: 'application/x-www-form-urlencoded',
    limit: FORM_BYTES,
  });
  private readonly multipart: RequestHandler;

  constructor(@Inject(CONFIG) config: Config) {
    const folder = join(config.dataDir, 'uploads');
    this.multipart = (req, res, next) => {
      mkdirSync(folder, { recursive: true });
      const limits = {
        fileSize: config.uploadLimitBytes + 1,
        files: MAX_FILES,
        fields: 200,
        fieldSize: FIELD_BYTES,
        fieldNameSize: 200,
        parts: 250,
      };
      multer({ dest: folder, limits, defParamCharset: 'utf8' }).any()(req, res, next);
    };
  }

  async read(req: FoyerRequest, res: Response): Promise<void> {
    const type = req.get('content-type') ?? '';
    if (type.startsWith('multipart/form-data')) await this.readMultipart(req, res);
    else if (type.startsWith('application/x-www-form-urlencoded')) await this.readUrlencoded(req, res);
    else if (Number(req.get('content-length') ?? 0) > 0) throw new BadRequestException('web.error.body-type');
    req.body = cleaned((req.body ?? {}) as Record<string, unknown>);
  }

  private async readUrlencoded(req: FoyerRequest, res: Response): Promise<void> {
    await run(this.urlencoded, req, res).catch(explain);
    const pairs = [...new URLSearchParams(typeof req.body === 'string' ? req.body : '')];
    if (pairs.length > MAX_FIELDS) throw new BadRequestException('web.error.body');
    const body = new Map<string, string | string[]>();
    for (const [name, value] of pairs) body.set(name, body.has(name) ? [body.get(name)!, value].flat() : value);
    req.body = Object.fromEntries(body);
  }

  private async readMultipart(req: FoyerRequest, res: Response): Promise<void> {
    try {
      await run(this.multipart, req, res);
    } catch (error) {
      explain(error);
    } finally {
      const files = (req.files ?? []) as Express.Multer.File[];
      req.uploads = files
        .filter(({ size, originalname }) => size > 0 || originalname !== '')
        .map(({ fieldname, originalname, path, size }) => ({ field: fieldname, name: originalname, path, size }));
      if (files.length > 0) res.once('close', () => files.forEach(({ path }) => void rm(path, { force: true })));
    }
  }
}

function run(handler: RequestHandler, req: FoyerRequest, res: Response): Promise<void> {
  return new Promise(
    (resolve, reject) => void handler(req, res, (error?: unknown) => (error ? reject(error as Error) : resolve())),
  );
}

function explain(error: unknown): never {
  const status = (error as { status?: number }).status;
  if (status === 413 || (error instanceof MulterError && error.code.startsWith('LIMIT')))
    throw new PayloadTooLargeException('web.error.too-large');
  throw new BadRequestException('web.error.body');
}

/** Refuses keys that would reach a prototype, and drops what PostgreSQL cannot store in text (NUL, halves of characters). */
function cleaned(body: Record<string, unknown>): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(body)) {
    if (FORBIDDEN.some((word) => key.includes(word))) throw new BadRequestException('web.error.body');
    clean[key] = Array.isArray(value) ? value.map(cleanText) : cleanText(value);
  }
  return clean;
}

const cleanText = (value: unknown): unknown =>
  typeof value === 'string' ? value.replaceAll('\u0000', '').toWellFormed() : value;
