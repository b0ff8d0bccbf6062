import { Conflict } from '@foyer/access';
import { Confined, Overloaded, Overrun } from '@foyer/confined';
import type { ArchiveJob, ArchiveVerdict } from './archive-process.js';
import { Unacceptable } from './unacceptable.js';

const BOUNDS = { seconds: 20, atOnce: 1, waiting: 20, megabytes: 64 };
const OURS = import.meta.url.endsWith('.ts') ? './archive-process.ts' : './archive-process.js';
const process = new Confined<ArchiveJob, ArchiveVerdict>(new URL(OURS, import.meta.url), BOUNDS);

/** Unpacks a zip file, without keeping anything, to know what it holds. @throws Unacceptable; Conflict `files.busy` */
export async function checkArchive(path: string, name: string, document: boolean): Promise<void> {
  const verdict = await process.run({ path, document }).catch((error: Error): ArchiveVerdict => {
    if (error instanceof Overloaded) throw new Conflict('files.busy');
    if (error instanceof Overrun) return 'archive';
    throw error;
  });
  if (verdict !== 'fine') throw new Unacceptable(verdict, { name });
}
