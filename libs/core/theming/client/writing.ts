/** What stands in for a box: the rich text editor, once it is loaded. */
export interface Surface {
  insert(markdown: string): void;
  /** What stands on the cursor's line before it, as it is read. */
  lineBefore(): string;
  eraseBefore(letters: number): void;
  focus(): void;
}

const surfaces = new WeakMap<HTMLTextAreaElement, Surface>();

export function standIn(box: HTMLTextAreaElement, surface: Surface): void {
  surfaces.set(box, surface);
}

/** Puts Markdown where the cursor is, in place of what is selected, whether the editor stands in for the box or not. */
export function insertText(box: HTMLTextAreaElement, markdown: string): void {
  const surface = surfaces.get(box);
  if (surface) surface.insert(markdown);
  else {
    box.setRangeText(markdown, box.selectionStart, box.selectionEnd, 'end');
    tell(box);
  }
  focusOn(box);
}

export function lineBefore(box: HTMLTextAreaElement): string {
  return surfaces.get(box)?.lineBefore() ?? box.value.slice(0, box.selectionStart).split('\n').at(-1)!;
}

/** Takes away the letters right before the cursor. */
export function eraseBefore(box: HTMLTextAreaElement, letters: number): void {
  const surface = surfaces.get(box);
  if (surface) return surface.eraseBefore(letters);
  box.setRangeText('', box.selectionStart - letters, box.selectionStart, 'end');
  tell(box);
}

/** Where one wrote last; after all words where nobody has yet. */
export function focusOn(box: HTMLTextAreaElement): void {
  const surface = surfaces.get(box);
  if (!surface && box.selectionEnd === 0) box.setSelectionRange(box.value.length, box.value.length);
  (surface ?? box).focus();
}

/** As the browser does when somebody types: drafts, counters and presence listen. */
export function tell(box: HTMLTextAreaElement): void {
  box.dispatchEvent(new Event('input', { bubbles: true }));
}
