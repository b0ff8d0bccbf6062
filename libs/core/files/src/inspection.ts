import { open } from 'node:fs/promises';
import { fileTypeFromFile } from 'file-type';
import sharp from 'sharp';
import { type Allowed, type Kind, kindOf } from './kinds.js';
import { extensionOf } from './file-name.js';
import { zipEntries } from './zip-directory.js';

/** Why a file is not taken; `code` names a message under `files.refused.`. */
export class Unacceptable extends Error {
  constructor(
    readonly code: string,
    readonly values: Record<string, string | number> = {},
  ) {
    super(code);
  }
}

/** A zip that unpacks to more than this many times its size is there to fill a disk. */
const ZIP = { ratio: 200, entries: 10_000, nested: /\.(?:zip|rar|7z|gz|bz2|xz|tar|tgz)$/i };

/** What the file is, if name and content agree and it is of an allowed kind. @throws Unacceptable */
export async function inspect(path: string, name: string, allow?: Allowed): Promise<Kind> {
  const kind = kindOf(extensionOf(name), allow);
  if (!kind) throw new Unacceptable('kind', { name });
  const recognised = (await fileTypeFromFile(path))?.mime ?? null;
  if (!kind.magic.includes(recognised)) throw new Unacceptable('content', { name });
  if (kind.magic.includes(null) && !(await isText(path))) throw new Unacceptable('content', { name });
  if (recognised === 'application/zip' || kind.type.includes('officedocument')) await checkZip(path, name, kind);
  return kind;
}

const MAX_FRAMES = 1_000;

/** Text has no NUL, except in UTF-16, which begins with a byte order mark. */
async function isText(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(65_536), 0, 65_536, 0);
    const start = buffer.subarray(0, bytesRead);
    const utf16 = (start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff);
    return utf16 || !start.includes(0);
  } finally {
    await file.close();
  }
}

async function checkZip(path: string, name: string, kind: Kind): Promise<void> {
  const entries = await zipEntries(path);
  if (!entries) throw new Unacceptable('content', { name });
  if (entries.length > ZIP.entries) throw new Unacceptable('archive', { name });
  const packed = entries.reduce((sum, { compressed }) => sum + compressed, 0);
  const unpacked = entries.reduce((sum, { size }) => sum + size, 0);
  if (unpacked > 1024 * 1024 && unpacked > packed * ZIP.ratio) throw new Unacceptable('archive', { name });
  if (kind.family === 'archive' && entries.some((entry) => ZIP.nested.test(entry.name)))
    throw new Unacceptable('archive', { name });
}

/**
 * Writes a picture anew into `target`: turned as its camera meant it, without EXIF (where and by whom it was taken,
 * ASVS 14.2.8) and without whatever else was hidden behind its last pixel.
 */
export async function cleanImage(path: string, target: string, name: string, maxPixels: number): Promise<void> {
  try {
    const image = sharp(path, { limitInputPixels: maxPixels, animated: true, failOn: 'error' });
    const { format, width, height, pages = 1 } = await image.metadata();
    if (width * height > maxPixels || pages > MAX_FRAMES) throw new Unacceptable('pixels', { name });
    const upright = (pages > 1 ? image : image.autoOrient()).keepIccProfile();
    if (format === 'jpeg') await upright.jpeg({ quality: 90 }).toFile(target);
    else await upright.toFormat(format === 'heif' ? 'avif' : format).toFile(target);
  } catch (error) {
    if (error instanceof Unacceptable) throw error;
    if ((error as Error).message.includes('pixel limit')) throw new Unacceptable('pixels', { name });
    if (/no space left/i.test((error as Error).message)) throw Object.assign(error as Error, { code: 'ENOSPC' });
    throw new Unacceptable('content', { name });
  }
}
