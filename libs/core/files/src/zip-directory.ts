import type { FileHandle } from 'node:fs/promises';

export interface ZipEntry {
  name: string;
  /** 0 is as it is, 8 is deflated. */
  method: number;
  encrypted: boolean;
  compressed: number;
  size: number;
  /** Where its content begins, behind its own header. */
  start: number;
}

const [END, ENTRY, LOCAL] = [0x06054b50, 0x02014b50, 0x04034b50];
/** The end record may be followed by a comment of up to 64 KB. */
const TAIL = 22 + 65_535;
const MAX_DIRECTORY = 16 * 1024 * 1024;

/**
 * The table of contents of a zip file, without unpacking anything. It is walked to its end, and every entry is looked up
 * where it is said to lie; null when the file says anything that is not so (a false count, entries that share their bytes).
 */
export async function zipEntries(file: FileHandle, most: number): Promise<ZipEntry[] | 'too many' | null> {
  const { size } = await file.stat();
  const tail = await bytes(file, Math.max(0, size - TAIL), Math.min(size, TAIL));
  const at = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (at < 0 || tail.length - at < 22 || tail.readUInt32LE(at) !== END) return null;
  if (at + 22 + tail.readUInt16LE(at + 20) !== tail.length) return null;
  const length = tail.readUInt32LE(at + 12);
  const start = tail.readUInt32LE(at + 16);
  // A directory beyond 4 GB is a zip64's; nothing of that size is accepted.
  if (length > MAX_DIRECTORY || start + length > size - tail.length + at) return null;
  const listed = listing(await bytes(file, start, length), most);
  if (!Array.isArray(listed)) return listed;
  if ((listed.length & 0xffff) !== tail.readUInt16LE(at + 10)) return null;
  return located(file, listed, start);
}

type Listed = Omit<ZipEntry, 'start'> & { at: number };

function listing(directory: Buffer, most: number): Listed[] | 'too many' | null {
  const entries: Listed[] = [];
  let at = 0;
  while (at < directory.length) {
    if (entries.length === most) return 'too many';
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== ENTRY) return null;
    const nameLength = directory.readUInt16LE(at + 28);
    const next = at + 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    if (next > directory.length) return null;
    entries.push({
      encrypted: (directory.readUInt16LE(at + 8) & 1) === 1,
      method: directory.readUInt16LE(at + 10),
      compressed: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      at: directory.readUInt32LE(at + 42),
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
    });
    at = next;
  }
  return entries;
}

/** Finds where the contents lie. They come one after another, each once, before the table. */
async function located(file: FileHandle, entries: Listed[], end: number): Promise<ZipEntry[] | null> {
  const found: ZipEntry[] = [];
  let free = 0;
  for (const { at, ...entry } of entries.sort((a, b) => a.at - b.at)) {
    const head = at >= free && at + 30 <= end ? await bytes(file, at, 30) : Buffer.alloc(0);
    if (head.length < 30 || head.readUInt32LE(0) !== LOCAL) return null;
    const start = at + 30 + head.readUInt16LE(26) + head.readUInt16LE(28);
    free = start + entry.compressed;
    if (free > end) return null;
    found.push({ ...entry, start });
  }
  return found;
}

async function bytes(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
