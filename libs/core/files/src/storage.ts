import type { Readable } from 'node:stream';

export interface ByteRange {
  start: number;
  /** Inclusive, as in HTTP. */
  end: number;
}

/** Where the content of files is kept. Keys are ours (`<schema>/<aa>/<uuid>`), never a name somebody typed. */
export interface Storage {
  /** Copies a local file in; when it returns, the content survives a crash. */
  put(key: string, path: string, type: string): Promise<void>;
  open(key: string, range?: ByteRange): Promise<Readable>;
  remove(key: string): Promise<void>;
}

/** The disk is full, or the storage does not answer. */
export class StorageFailed extends Error {
  override name = 'StorageFailed';

  constructor(cause: unknown) {
    super(`The storage of files failed: ${(cause as Error).message}`, { cause });
  }
}
