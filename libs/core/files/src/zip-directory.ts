import { type FileHandle, open } from 'node:fs/promises';

export interface ZipEntry {
  name: string;
  compressed: number;
  size: number;
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;
/** The end record may be followed by a comment of up to 64 KB. */
const TAIL = 22 + 65_535;
const MAX_DIRECTORY = 16 * 1024 * 1024;

/** The table of contents of a zip file, without unpacking anything; null when it cannot be read. */
export async function zipEntries(path: string): Promise<ZipEntry[] | null> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const tail = await bytes(file, Math.max(0, size - TAIL), Math.min(size, TAIL));
    const at = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
    if (at < 0 || tail.length - at < 22 || tail.readUInt32LE(at) !== END) return null;
    const length = tail.readUInt32LE(at + 12);
    const start = tail.readUInt32LE(at + 16);
    // A directory beyond 4 GB is a zip64's; nothing of that size is accepted.
    if (length > MAX_DIRECTORY || start + length > size) return null;
    return parse(await bytes(file, start, length), tail.readUInt16LE(at + 10));
  } finally {
    await file.close();
  }
}

function parse(directory: Buffer, count: number): ZipEntry[] | null {
  const entries: ZipEntry[] = [];
  let at = 0;
  while (entries.length < count) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== ENTRY) return null;
    const nameLength = directory.readUInt16LE(at + 28);
    entries.push({
      compressed: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

async function bytes(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
