import { standIn } from './writing.js';

/**
 * `[data-rich="<address of the editor>"]` around a box whose text is Markdown: people write in an editor that shows what the
 * message will look like, and the box keeps its Markdown. Only pages that have one load it; until then, and if it never
 * comes, one writes in the box.
 */
export async function editors(): Promise<void> {
  for (const frame of document.querySelectorAll<HTMLElement>('[data-rich]')) {
    const box = frame.querySelector('textarea')!;
    try {
      const { surfaceFor } = (await import(frame.dataset['rich']!)) as typeof import('./editor/surface.js');
      standIn(box, surfaceFor(box, frame));
    } catch {
      frame.classList.add('is-plain');
    }
  }
}
