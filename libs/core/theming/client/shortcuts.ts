import { focusOn } from './writing.js';

/**
 * `data-shortcut="/"`: that key goes to the field, presses the button or follows the link, unless one is typing.
 * `data-writes="<id>"`: then one writes in that box.
 */
export function shortcuts(): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if ((event.target as Element).closest('input, textarea, select, [contenteditable]')) return;
    if (document.querySelector('dialog[open]')) return;
    const meant = [...document.querySelectorAll<HTMLElement>('[data-shortcut]')].find(
      (element) => element.dataset['shortcut'] === event.key && element.checkVisibility(),
    );
    if (!meant) return;
    event.preventDefault();
    if (meant.matches('input, textarea, select')) return meant.focus();
    meant.click();
    const box = document.querySelector<HTMLTextAreaElement>(`textarea[id="${meant.dataset['writes']}"]`);
    if (box) focusOn(box);
  });
}
