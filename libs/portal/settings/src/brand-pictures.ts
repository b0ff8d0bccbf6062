import { createHash, randomUUID } from 'node:crypto';
import { open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { InvalidField } from '@foyer/access';
import { drawnPicture, Files, type Incoming, Unacceptable } from '@foyer/files';
import type { BrandPicture } from './sections.js';

export type PictureKind = 'logo' | 'logoDark' | 'favicon';

/** As the browser is told and the server holds to. */
export const MAX_BYTES = 2 * 1024 * 1024;
export const PICTURE_ENDINGS = '.png,.jpg,.jpeg,.svg';
const MAX_PIXELS = 40_000_000;
/** Twice to four times what pages show, for dense screens. */
const BOX: Record<PictureKind, { width: number; height: number }> = {
  logo: { width: 960, height: 160 },
  logoDark: { width: 960, height: 160 },
  favicon: { width: 180, height: 180 },
};

/** Keeps the pictures of a brand. Whatever comes in, what is kept and served is a PNG drawn anew: an SVG could carry scripts. */
@Injectable()
export class BrandPictures {
  constructor(private readonly files: Files) {}

  /** @throws InvalidField at the upload's field when it is no PNG, JPEG or SVG, or too large */
  async keep(kind: PictureKind, incoming: Incoming, createdBy: string | null): Promise<BrandPicture> {
    const field = incoming.field ?? kind;
    const original = await content(incoming.path, field);
    const { data, width, height } = await drawn(original, kind, field);
    const path = join(tmpdir(), `${randomUUID()}.png`);
    try {
      await writeFile(path, data, { mode: 0o600 });
      const { id, storageKey } = await this.files.store(
        { path, name: `${kind}.png`, field },
        { allow: ['png'], createdBy },
      );
      return { id, storageKey, width, height, sha256: fingerprint(original) };
    } finally {
      await rm(path, { force: true });
    }
  }

  /** Is this the picture that is kept already? */
  async isSame(kept: BrandPicture | null, path: string): Promise<boolean> {
    return kept?.sha256 === fingerprint(await content(path, 'file'));
  }
}

async function content(path: string, field: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size === 0 || size > MAX_BYTES)
      throw new InvalidField(field, 'settings.picture.size', { megabytes: MAX_BYTES / 1024 / 1024 });
    return await file.readFile();
  } finally {
    await file.close();
  }
}

async function drawn(original: Buffer, kind: PictureKind, field: string) {
  const vector = isSvg(original);
  if (!vector && !isPngOrJpeg(original)) throw new InvalidField(field, 'settings.picture.kind');
  try {
    return await drawnPicture(original, kind, MAX_PIXELS, { ...BOX[kind], padded: kind === 'favicon', vector });
  } catch (error) {
    if (!(error instanceof Unacceptable)) throw error;
    throw new InvalidField(field, 'settings.picture.unreadable');
  }
}

function isPngOrJpeg(bytes: Buffer): boolean {
  return (
    bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) ||
    bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))
  );
}

/** Entities could unfold without end or name files, and no drawing program needs them for a logo. */
function isSvg(bytes: Buffer): boolean {
  const start = bytes
    .subarray(0, 4_096)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .replace(/<\?xml[^>]*>|<!--[^]*?-->/g, '');
  const text = bytes.toString('latin1');
  // Copies of copies multiply: twenty of them make a thousand at the most.
  const copies = text.match(/<(?:\w+:)?use\b/g)?.length ?? 0;
  return /^\s*<svg[\s>]/.test(start) && copies <= 20 && !/<!DOCTYPE|<!ENTITY/i.test(text);
}

const fingerprint = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
