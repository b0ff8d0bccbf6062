import { withCommands } from './commands.js';
import { pressed } from './pressed.js';

const AFTER_MS = 120;

/**
 * ⌘K or Ctrl+K opens `dialog[data-palette]`: what is typed there is looked for among what can be done on this page and on the
 * page its form goes to, and arrows choose among what that finds.
 */
export function palette(): void {
  const dialog = document.querySelector<HTMLDialogElement>('dialog[data-palette]');
  const input = dialog?.querySelector<HTMLInputElement>('input[type=search]');
  const list = dialog?.querySelector<HTMLElement>('[role=listbox]');
  if (!dialog || !input?.form || !list) return;
  const { form } = input;
  if (!/Mac|iPhone|iPad/.test(navigator.userAgent))
    for (const opener of document.querySelectorAll<HTMLElement>('[data-opens=palette][data-key]'))
      opener.querySelector('kbd')!.textContent = opener.dataset['key']!;
  let timer: number | undefined;
  let asked: string | null = null;

  const look = async () => {
    const words = (asked = input.value.trim());
    const answer = await fetch(`${form.action}?q=${encodeURIComponent(words)}`).catch(() => null);
    // Answers may come in another order than they were asked for.
    if (!answer?.ok || words !== asked) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const found = [...(page.querySelector('[data-found]')?.childNodes ?? [])];
    list.replaceChildren(...withCommands(dialog, words, found));
    for (const [index, option] of options(list).entries()) {
      option.id = `found-option-${index}`;
      option.setAttribute('role', 'option');
      option.tabIndex = -1;
    }
    choose(input, list, 0);
  };

  document.addEventListener('keydown', (event) => {
    if (pressed(event).toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey)
      return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else if (!document.querySelector('dialog[open]')) dialog.showModal();
  });
  // However it was opened: by its key, or by a button that says so.
  new MutationObserver(() => {
    if (!dialog.open) return;
    input.select();
    void look();
  }).observe(dialog, { attributes: true, attributeFilter: ['open'] });
  input.addEventListener('input', () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void look(), AFTER_MS);
  });
  input.addEventListener('keydown', (event) => {
    const now = options(list).findIndex((option) => option.ariaSelected === 'true');
    if (event.key === 'ArrowDown') choose(input, list, now + 1);
    else if (event.key === 'ArrowUp') choose(input, list, now - 1);
    else if (event.key === 'Enter' && now >= 0) options(list)[now]!.click();
    // A browser would empty a field for searching first, and close the dialog only the next time.
    else if (event.key === 'Escape') dialog.close();
    else return;
    event.preventDefault();
  });
}

const options = (list: HTMLElement): HTMLElement[] => [...list.querySelectorAll<HTMLElement>('a')];

function choose(input: HTMLInputElement, list: HTMLElement, index: number): void {
  const all = options(list);
  const chosen = all.at(index % all.length);
  for (const option of all) option.ariaSelected = String(option === chosen);
  if (chosen) input.setAttribute('aria-activedescendant', chosen.id);
  else input.removeAttribute('aria-activedescendant');
  chosen?.scrollIntoView({ block: 'nearest' });
}
