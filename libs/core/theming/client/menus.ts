const OPEN = 'details[data-menu][open]';

/** A menu is a <details data-menu>: one is open at a time, and it closes by Escape, by a click elsewhere, or by tabbing out. */
export function menus(): void {
  document.addEventListener('click', ({ target }) => closeAll((menu) => !menu.contains(target as Node)));
  document.addEventListener('focusin', ({ target }) => closeAll((menu) => !menu.contains(target as Node)));
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') leave();
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') walk(event);
  });
  // Events of a <details> do not bubble.
  document.addEventListener('toggle', ({ target }) => target instanceof HTMLDetailsElement && place(target), true);
}

const MARGIN = 8;

/** What would open beyond the edge of the page is moved in, as far as it is out. */
function place(menu: HTMLDetailsElement): void {
  const panel = menu.matches(OPEN) ? menu.querySelector<HTMLElement>(':scope > .menu-panel') : null;
  if (!panel) return;
  panel.style.translate = '';
  const { left, right } = panel.getBoundingClientRect();
  const most = document.documentElement.clientWidth - MARGIN;
  const shift = left < MARGIN ? MARGIN - left : Math.min(0, most - right);
  if (shift !== 0) panel.style.translate = `${shift}px`;
}

function closeAll(which: (menu: HTMLDetailsElement) => boolean): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>(OPEN)) if (which(menu)) menu.open = false;
}

function leave(): void {
  const menu = document.activeElement?.closest<HTMLDetailsElement>(OPEN);
  closeAll(() => true);
  menu?.querySelector('summary')?.focus();
}

function walk(event: KeyboardEvent): void {
  const menu = document.activeElement?.closest<HTMLDetailsElement>(OPEN);
  if (!menu || document.activeElement?.matches('input, textarea, select')) return;
  const stops = [...menu.querySelectorAll<HTMLElement>('summary, a[href], button:not(:disabled)')];
  const step = event.key === 'ArrowDown' ? 1 : -1;
  const next = stops[stops.indexOf(document.activeElement as HTMLElement) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
