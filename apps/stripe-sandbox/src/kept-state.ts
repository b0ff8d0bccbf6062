import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Account } from './account.js';

const SOON_MS = 250;

type Saved = { name: string } & Parameters<Account['load']>[0];

/** All accounts in one file that is whole at any moment. */
export class KeptState {
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly file: string,
    private readonly accounts: () => Account[],
  ) {}

  async read(): Promise<Saved[]> {
    await mkdir(dirname(this.file), { recursive: true });
    try {
      return JSON.parse(await readFile(this.file, 'utf8')) as Saved[];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  changed(): void {
    this.timer ??= setTimeout(() => this.write(), SOON_MS);
  }

  async close(): Promise<void> {
    this.write();
    await this.writing;
  }

  private write(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const text = JSON.stringify(this.accounts().map((account) => account.save()));
    this.writing = this.writing.then(async () => {
      await writeFile(`${this.file}.new`, text, { mode: 0o600 });
      await rename(`${this.file}.new`, this.file);
    });
  }
}
