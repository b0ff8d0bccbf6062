import { pressed } from './pressed.js';
import { focusOn } from './writing.js';

/**
 * `data-shortcut="/"`: that key goes to the field, presses the button or follows the link, unless one is typing.
 * `data-writes="<id>"`: then one writes in that box. Ctrl or ⌘ and Enter send what is being written in a `.composer`
 * or a form that keeps drafts.
 */
export function shortcuts(): void {
  document.addEventListener('keydown', sendWhatIsWritten, { capture: true });
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if ((event.target as Element).closest('input, textarea, select, [contenteditable]')) return;
    if (document.querySelector('dialog[open]')) return;
    const key = pressed(event);
    const meant = [...document.querySelectorAll<HTMLElement>('[data-shortcut]')].find(
      (element) => element.dataset['shortcut'] === key && element.checkVisibility(),
    );
    if (!meant) return;
    event.preventDefault();
    if (meant.matches('input, textarea, select')) return meant.focus();
    meant.click();
    const box = document.querySelector<HTMLTextAreaElement>(`textarea[id="${meant.dataset['writes']}"]`);
    if (box) focusOn(box);
  });
}

/** Before the editor takes the key for a new line. */
function sendWhatIsWritten(event: KeyboardEvent): void {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  const box = (event.target as Element).closest(
    ':is(.composer, form[data-draft]) :is(textarea, input[name], [contenteditable])',
  );
  const form = box?.closest('form');
  if (!form) return;
  event.preventDefault();
  event.stopPropagation();
  form.requestSubmit();
}
