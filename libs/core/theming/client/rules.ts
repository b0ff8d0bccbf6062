/** Rows of conditions, actions and the like come and go without a new page. Without a script, the same buttons bring one. */
export function rules(): void {
  document.addEventListener('click', (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>('[data-rows] button[name]');
    if (!button?.form) return;
    event.preventDefault();
    void reshape(button.form, button);
  });
}

async function reshape(form: HTMLFormElement, button: HTMLButtonElement): Promise<void> {
  const typed = new URLSearchParams();
  for (const [name, value] of new FormData(form, button)) if (typeof value === 'string') typed.append(name, value);
  const part = button.closest('[data-rows]')!;
  try {
    const response = await fetch(form.action, { method: 'POST', body: typed });
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const fresh = page.getElementById(part.id);
    if (!fresh) throw new Error('The page came without the rows');
    part.replaceWith(fresh);
    const rows = [...fresh.querySelectorAll<HTMLElement>('.rule-row')];
    const place = button.name === 'more' ? rows.at(-1) : fresh.querySelector('.rule-add');
    place?.querySelector<HTMLElement>('select, input:not([type="hidden"]), textarea, button')?.focus();
  } catch {
    // As if there were no script: the browser asks itself, and shows what is wrong.
    const field = Object.assign(document.createElement('input'), {
      type: 'hidden',
      name: button.name,
      value: button.value,
    });
    form.append(field);
    form.noValidate = true;
    form.submit();
  }
}
