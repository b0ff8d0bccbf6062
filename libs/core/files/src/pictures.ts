import { Confined, Overloaded, Overrun } from '@foyer/confined';
import { Conflict } from '@foyer/access';
import type { Drawn, Fit, PictureJob, PictureResult } from './picture-process.js';
import { Unacceptable } from './unacceptable.js';

/** Twice what the largest that may come takes on a slow machine. */
const BOUNDS = { seconds: 20, atOnce: 1, waiting: 20, megabytes: 128 };
const OURS = import.meta.url.endsWith('.ts') ? './picture-process.ts' : './picture-process.js';
const process = new Confined<PictureJob, PictureResult>(new URL(OURS, import.meta.url), BOUNDS);

/**
 * Writes a picture anew into `target`: turned as its camera meant it, without EXIF (where and by whom it was taken,
 * ASVS 14.2.8) and without whatever else was hidden behind its last pixel.
 * @returns how many pixels that were, of all its frames together
 * @throws Unacceptable; Conflict `files.busy` when too many pictures wait already
 */
export async function cleanImage(path: string, target: string, name: string, maxPixels: number): Promise<number> {
  return ((await worked({ do: 'clean', path, target, maxPixels }, name)) as { pixels: number }).pixels;
}

/** Draws a picture, or a drawing, anew as PNG into a box. @throws as `cleanImage` does */
export async function drawnPicture(content: Buffer, name: string, maxPixels: number, fit: Fit): Promise<Drawn> {
  return (await worked({ do: 'draw', content, maxPixels, fit }, name)) as Drawn;
}

async function worked(job: PictureJob, name: string): Promise<PictureResult> {
  const result = await process.run(job).catch((error: Error) => {
    if (error instanceof Overloaded) throw new Conflict('files.busy');
    // What is small and takes this long was made to.
    if (error instanceof Overrun) throw new Unacceptable('pixels', { name });
    throw error;
  });
  if ('refused' in result) throw new Unacceptable(result.refused, { name });
  if ('full' in result) throw Object.assign(new Error('No space left for a picture'), { code: 'ENOSPC' });
  return result;
}
