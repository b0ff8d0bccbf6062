import { constants } from 'node:fs';
import { copyFile, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { type ByteRange, type Storage, StorageFailed } from './storage.js';

/** Files in a folder of this machine. */
export class LocalStorage implements Storage {
  constructor(private readonly folder: string) {}

  async put(key: string, path: string): Promise<void> {
    const file = join(this.folder, key);
    const draft = `${file}.new`;
    try {
      await mkdir(dirname(file), { recursive: true });
      await copyFile(path, draft, constants.COPYFILE_FICLONE);
      await flush(draft);
      await rename(draft, file);
      await flush(dirname(file));
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw new StorageFailed(error);
    }
  }

  async open(key: string, range?: ByteRange): Promise<Readable> {
    try {
      const handle = await open(join(this.folder, key));
      return handle.createReadStream(range);
    } catch (error) {
      throw new StorageFailed(error);
    }
  }

  async remove(key: string): Promise<void> {
    await rm(join(this.folder, key), { force: true });
  }
}

/** Makes sure that content, or the entry in its folder, is on the disk and not only in memory. */
async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
