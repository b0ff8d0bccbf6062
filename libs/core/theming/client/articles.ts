import { insertText, lineBefore } from './writing.js';

const AFTER_MS = 150;

/** `data-articles="<address>"` above an answer: a click on what it lists puts that into the answer, and its field looks for more. */
export function articles(): void {
  const picker = document.querySelector<HTMLDetailsElement>('details[data-articles]');
  const field = picker?.querySelector<HTMLInputElement>('input[type=search]');
  const place = picker?.querySelector<HTMLElement>('[data-found]');
  if (!picker || !field || !place) return;
  picker.addEventListener('click', (event) => {
    const chosen = (event.target as Element).closest<HTMLElement>('[data-inserts]');
    const box = chosen && writtenIn();
    if (!box || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    picker.open = false;
    const apart = /\S$/.test(lineBefore(box)) ? ' ' : '';
    insertText(box, `${apart}${chosen.dataset['inserts']!}`);
  });
  picker.addEventListener('toggle', () => picker.open && field.focus());
  let timer: number | undefined;
  const look = async () => {
    const asked = field.value;
    const answer = await fetch(`${picker.dataset['articles']!}?q=${encodeURIComponent(asked)}`).catch(() => null);
    // Answers may come in another order than they were asked for.
    if (answer?.ok && asked === field.value) place.innerHTML = await answer.text();
  };
  field.addEventListener('input', () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void look(), AFTER_MS);
  });
}

/** The box that is open just now: the reply or the note. */
function writtenIn(): HTMLTextAreaElement | null {
  const kind = document.querySelector<HTMLInputElement>('.composer input[name=composer]:checked')?.value;
  return document.querySelector(`.composer ${kind ? `[data-panel=${kind}] ` : ''}textarea[name=body]`);
}
