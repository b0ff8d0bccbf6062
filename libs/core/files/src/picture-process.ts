import { serve } from '@foyer/confined';
import sharp from 'sharp';

export type PictureJob =
  | { do: 'clean'; path: string; target: string; maxPixels: number }
  | { do: 'draw'; content: Uint8Array; maxPixels: number; fit: Fit };
/** A picture drawn anew as PNG into a box. */
export interface Fit {
  width: number;
  height: number;
  /** Fills the box, with nothing around the picture; otherwise within it. */
  padded: boolean;
  /** A drawing has no pixels of its own: it is drawn large, so that it is sharp. */
  vector: boolean;
}
export interface Drawn {
  data: Uint8Array;
  width: number;
  height: number;
}
export type PictureResult = { refused: 'pixels' | 'content' } | { full: true } | { pixels: number } | Drawn;

/** One core is for pictures, however many it has. */
sharp.concurrency(1);
sharp.cache(false);

const MAX_FRAMES = 1_000;
/** Per megapixel AV1 takes ten times as long to write as others. */
const AV1_PIXELS = 16_000_000;

serve(async (job: PictureJob): Promise<PictureResult> => {
  try {
    return job.do === 'clean' ? await clean(job) : await draw(job);
  } catch (error) {
    const { message } = error as Error;
    if (message.includes('pixel limit')) return { refused: 'pixels' };
    if (/no space left/i.test(message)) return { full: true };
    return { refused: 'content' };
  }
});

async function clean({ path, target, maxPixels }: PictureJob & { do: 'clean' }): Promise<PictureResult> {
  const image = sharp(path, { limitInputPixels: maxPixels, animated: true, failOn: 'error' });
  const { format, width, height, pages = 1, pageHeight } = await image.metadata();
  const pixels = width * (pages > 1 ? (pageHeight ?? height) * pages : height);
  const most = format === 'heif' ? Math.min(maxPixels, AV1_PIXELS) : maxPixels;
  if (pixels > most || pages > MAX_FRAMES) return { refused: 'pixels' };
  const upright = (pages > 1 ? image : image.autoOrient()).keepIccProfile();
  if (format === 'jpeg') await upright.jpeg({ quality: 90 }).toFile(target);
  else if (format === 'heif') await upright.avif({ effort: 1 }).toFile(target);
  else await upright.toFormat(format).toFile(target);
  return { pixels };
}

async function draw({ content, maxPixels, fit }: PictureJob & { do: 'draw' }): Promise<Drawn> {
  const picture = sharp(content, { limitInputPixels: maxPixels, ...(fit.vector && { density: 288 }) });
  const { data, info } = await picture
    .rotate()
    .resize({
      ...{ width: fit.width, height: fit.height, fit: fit.padded ? 'contain' : 'inside' },
      ...{ withoutEnlargement: !fit.vector && !fit.padded, background: '#0000' },
    })
    .png()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}
