const PAUSE = 150;

/**
 * `form[data-preview-form]`: a colour picked beside a field (`data-mirrors="<its id>"`) is written into it and the other way
 * round, and the stylesheet `link[data-preview-stylesheet]` follows what is chosen. Pictures and secrets stay out of its address.
 */
export function preview(): void {
  const form = document.querySelector<HTMLFormElement>('form[data-preview-form]');
  const link = document.querySelector<HTMLLinkElement>('link[data-preview-stylesheet]');
  if (!form || !link) return;
  for (const picker of form.querySelectorAll<HTMLInputElement>('[data-mirrors]')) picker.hidden = false;
  let waiting = 0;
  form.addEventListener('input', ({ target }) => {
    mirror(form, target as HTMLInputElement);
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => follow(form, link), PAUSE);
  });
}

function mirror(form: HTMLFormElement, changed: HTMLInputElement): void {
  const field = changed.dataset['mirrors'];
  if (field) (form.elements.namedItem(field) as HTMLInputElement).value = changed.value;
  const picker = form.querySelector<HTMLInputElement>(`[data-mirrors="${changed.id}"]`);
  if (picker && /^#[0-9a-f]{6}$/i.test(changed.value)) picker.value = changed.value;
}

function follow(form: HTMLFormElement, link: HTMLLinkElement): void {
  const chosen = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string' && name !== '_csrf') chosen.set(name, value);
  }
  link.href = `${link.href.split('?')[0]}?${chosen}`;
}
