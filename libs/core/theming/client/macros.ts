import { eraseBefore, insertText, lineBefore } from './writing.js';

/** Macros put their words where the cursor is; `/` at the start of a line opens them. Without a script what was typed goes along, and they bring a new page. */
export function macros(): void {
  const picker = document.querySelector<HTMLDetailsElement>('[data-macros]');
  if (!picker) return;
  picker.addEventListener('click', (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>('button[data-fills]');
    const form = button?.closest('form');
    if (!form) return;
    event.preventDefault();
    picker.open = false;
    fill(form).catch(() => form.submit());
  });
  document.addEventListener('input', (event) => {
    const box = event.target as Element;
    if (!(box instanceof HTMLTextAreaElement) || !box.closest('.composer')) return;
    const typed = lineBefore(box);
    const word = /^\/([\p{L}\p{N}-]+) $/u.exec(typed)?.[1]?.toLowerCase();
    const button = word ? picker.querySelector<HTMLButtonElement>(`[data-shortcut="${CSS.escape(word)}"]`) : null;
    if (button) {
      eraseBefore(box, typed.length);
      button.click();
    } else if (typed === '/') picker.open = true;
  });
}

/** Uses the macro, and takes over from the page it brings what is to be written and what has changed. */
async function fill(form: HTMLFormElement): Promise<void> {
  const body = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  const response = await fetch(form.action, { method: 'POST', body });
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const proposed = [...page.querySelectorAll<HTMLTextAreaElement>('.composer textarea')].find(
    ({ value }) => value !== '',
  );
  const box = proposed && document.getElementById(proposed.id);
  if (!proposed || !(box instanceof HTMLTextAreaElement)) throw new Error('The page proposes nothing');
  const tab = page.querySelector<HTMLInputElement>('.composer input[type="radio"]:checked');
  if (tab)
    document.querySelector<HTMLInputElement>(`.composer input[name="${tab.name}"][value="${tab.value}"]`)?.click();
  const [fresh, here] = [page, document].map((one) => one.querySelector<HTMLSelectElement>('#reply-status'));
  if (fresh && here) here.value = fresh.value;
  propose(proposed, box);
  if (lineBefore(box) === '/') eraseBefore(box, 1);
  // What stands there already is a paragraph of its own.
  insertText(box, lineBefore(box).trim() === '' ? proposed.value : `\n\n${proposed.value}`);
}

/** What else the macro does stands above the button that sends its words, beside what others before it do. */
function propose(proposed: HTMLTextAreaElement, box: HTMLTextAreaElement): void {
  const [fresh, here] = [proposed, box].map((one) => one.form?.querySelector<HTMLElement>('[data-proposals]'));
  if (!fresh || !here) return;
  for (const label of fresh.querySelectorAll('label')) {
    const { value } = label.querySelector('input')!;
    here
      .querySelector(`input[value="${CSS.escape(value)}"]`)
      ?.closest('label')
      ?.remove();
    here.append(label);
  }
  here.hidden = !here.querySelector('label');
}
