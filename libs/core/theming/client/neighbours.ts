import { pressed } from './pressed.js';

const KEPT = 'inbox';
const LETTERS = 'input, textarea, select, [contenteditable]';

/**
 * A ticket keeps the list it was opened from: `[data-inbox]` remembers what the list showed, and on the ticket's page
 * `[data-neighbours]` is filled with it, with ways to the one before and after, Back leads there, and `[data-onward]` goes on to the next when it
 * sends.
 */
export function neighbours(): void {
  if (document.querySelector('[data-inbox]')) sessionStorage.setItem(KEPT, location.search);
  const pane = document.querySelector<HTMLElement>('[data-neighbours]');
  if (pane) void show(pane, sessionStorage.getItem(KEPT) ?? '').catch(() => undefined);
}

async function show(pane: HTMLElement, search: string): Promise<void> {
  const { neighbours: address, at } = pane.dataset as { neighbours: string; at: string };
  const query = new URLSearchParams(search);
  query.set('at', at);
  const answer = await fetch(`${address}?${query}`);
  if (!answer.ok) return;
  const piece = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const place of ['list', 'ways']) {
    const filled = piece.querySelector(`[data-fills=${place}]`);
    const here = document.querySelector(`[data-filled=${place}]`);
    if (filled && here) here.replaceChildren(...filled.childNodes);
  }
  pane.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  const back = document.querySelector<HTMLAnchorElement>('[data-back]')!;
  back.href += search;
  const next = document.querySelector<HTMLAnchorElement>('[data-way=next]')?.pathname;
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-onward]')) {
    button.value = next ?? back.pathname + back.search;
    button.hidden = false;
  }
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.target as Element).closest(LETTERS)) return;
    const way = { j: 'next', k: 'previous' }[pressed(event)];
    if (way) document.querySelector<HTMLElement>(`[data-way=${way}]`)?.click();
  });
}
