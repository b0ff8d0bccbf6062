const PAUSE_MS = 150;

/**
 * A form that shows what it is about while it is filled in: `data-preview-form` names its fields to the stylesheet that
 * `data-preview-stylesheet` links to. `data-mirrors="<id>"` ties a colour picker to the field where the colour is written.
 */
export function preview(): void {
  document.addEventListener('input', ({ target }) => {
    if (!(target instanceof HTMLElement)) return;
    mirror(target);
    const form = target.closest<HTMLFormElement>('[data-preview-form]');
    if (form) refreshSoon(form);
  });
}

function mirror(field: HTMLElement): void {
  if (!(field instanceof HTMLInputElement)) return;
  const named = field.dataset['mirrors'];
  const other = named
    ? document.getElementById(named)
    : document.querySelector(`[data-mirrors="${CSS.escape(field.id)}"]`);
  if (!(other instanceof HTMLInputElement)) return;
  const colour = /^#?([0-9a-f]{6})$/i.exec(field.value.trim())?.[1];
  if (colour) other.value = `#${colour.toLowerCase()}`;
}

let timer: number | undefined;

function refreshSoon(form: HTMLFormElement): void {
  clearTimeout(timer);
  timer = setTimeout(() => refresh(form), PAUSE_MS);
}

function refresh(form: HTMLFormElement): void {
  const link = document.querySelector<HTMLLinkElement>('[data-preview-stylesheet]');
  if (!link) return;
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form))
    if (typeof value === 'string' && name !== '_csrf') query.append(name, value.trim());
  // Beside the old one until it is there: a page without either would flash.
  const next = link.cloneNode() as HTMLLinkElement;
  next.href = `${link.getAttribute('href')!.split('?')[0]}?${query}`;
  next.addEventListener('load', () => link.remove());
  next.addEventListener('error', () => next.remove());
  link.removeAttribute('data-preview-stylesheet');
  link.after(next);
}
