import { pressed } from './pressed.js';

/** In a `[data-list]`, `j` and `k` go from row to row by their `.row-link`, and `x` ticks the row that has the focus. */
export function lists(): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if ((event.target as Element).closest('input, textarea, select, [contenteditable]')) return;
    const list = document.querySelector('[data-list]');
    if (!list || document.querySelector('dialog[open]')) return;
    const key = pressed(event);
    if (key === 'j' || key === 'k') step(list, key === 'j' ? 1 : -1);
    else if (key === 'x') tick(list);
    else return;
    event.preventDefault();
  });
}

function step(list: Element, by: number): void {
  const links = [...list.querySelectorAll<HTMLElement>('.row-link')];
  const now = links.indexOf(document.activeElement as HTMLElement);
  const next = links[now < 0 ? (by > 0 ? 0 : links.length - 1) : now + by];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

function tick(list: Element): void {
  const row = document.activeElement?.closest('li, tr');
  if (row && list.contains(row)) row.querySelector<HTMLInputElement>('input[type=checkbox]')?.click();
}
