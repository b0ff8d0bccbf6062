import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import { serve } from '@foyer/confined';
import { type ZipEntry, zipEntries } from './zip-directory.js';

export interface ArchiveJob {
  path: string;
  /** A document may hold archives, as Word's do. */
  document: boolean;
}
export type ArchiveVerdict = 'fine' | 'content' | 'archive';

/** A zip that unpacks to more than this many times its size is there to fill a disk. */
const RATIO = 200;
const SMALL = 1024 * 1024;
const MOST = 2 * 1024 * 1024 * 1024;
const ENTRIES = 10_000;
const NESTED = /\.(?:zip|rar|7z|gz|bz2|xz|tar|tgz|zst|lz4|cab|iso)$/i;
/** Documents that are archives themselves. */
const DOCUMENT = /\.(?:docx|xlsx|pptx|odt|ods|odp|epub)$/i;
const MAGIC = ['504b0304', '526172211a07', '377abcaf271c', '1f8b', '425a68', 'fd377a585a00', '28b52ffd'];

serve(async ({ path, document }: ArchiveJob): Promise<ArchiveVerdict> => {
  const file = await open(path);
  try {
    const entries = await zipEntries(file, ENTRIES);
    if (!entries) return 'content';
    if (entries === 'too many') return 'archive';
    const { size } = await file.stat();
    if (!document && entries.some(({ name }) => NESTED.test(name))) return 'archive';
    return await unpacked(file, entries, Math.min(MOST, Math.max(SMALL, size * RATIO)), document);
  } finally {
    await file.close();
  }
});

/** Unpacks everything into nothing: only then is it known how much it is. */
async function unpacked(
  file: FileHandle,
  entries: ZipEntry[],
  most: number,
  document: boolean,
): Promise<ArchiveVerdict> {
  let left = most;
  for (const entry of entries) {
    // What is encrypted is worth nothing to whoever has no password, so there is only its word.
    if (entry.encrypted) left -= entry.size;
    else {
      const found = await measured(file, entry, left);
      if (!found) return 'archive';
      if (found.size !== entry.size) return 'content';
      if (!document && !DOCUMENT.test(entry.name) && MAGIC.some((magic) => found.start.startsWith(magic)))
        return 'archive';
      left -= found.size;
    }
    if (left < 0) return 'archive';
  }
  return 'fine';
}

/** How large an entry is, and how it begins; null when that is more than may be, or it cannot be unpacked. */
async function measured(
  file: FileHandle,
  entry: ZipEntry,
  most: number,
): Promise<{ size: number; start: string } | null> {
  if (entry.method !== 0 && entry.method !== 8) return null;
  if (entry.compressed === 0) return { size: 0, start: '' };
  const range = { start: entry.start, end: entry.start + entry.compressed - 1, autoClose: false };
  let content: Readable = file.createReadStream(range);
  if (entry.method === 8) {
    const inflated = createInflateRaw();
    content.on('error', (error) => inflated.destroy(error)).pipe(inflated);
    content = inflated;
  }
  let size = 0;
  let start = '';
  try {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      if (start.length < 12) start += chunk.subarray(0, 6).toString('hex');
      size += chunk.length;
      if (size > most) return null;
    }
  } catch {
    return null;
  }
  return { size, start };
}
