import { open } from 'node:fs/promises';
import { fileTypeFromFile } from 'file-type';
import { checkArchive } from './archives.js';
import { type Allowed, type Kind, kindOf } from './kinds.js';
import { extensionOf } from './file-name.js';
import { Unacceptable } from './unacceptable.js';

/** What the file is, if name and content agree and it is of an allowed kind. @throws Unacceptable */
export async function inspect(path: string, name: string, allow?: Allowed): Promise<Kind> {
  const kind = kindOf(extensionOf(name), allow);
  if (!kind) throw new Unacceptable('kind', { name });
  const recognised = (await fileTypeFromFile(path))?.mime ?? null;
  if (!kind.magic.includes(recognised)) throw new Unacceptable('content', { name });
  if (kind.magic.includes(null) && !(await isText(path))) throw new Unacceptable('content', { name });
  if (await isZip(path)) await checkArchive(path, name, kind.family === 'document');
  return kind;
}

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

/** By its content: OpenDocument and Office files are zip files too. */
async function isZip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.readUInt32BE() === 0x504b0304 || buffer.readUInt32BE() === 0x504b0506;
  } finally {
    await file.close();
  }
}
