/** Macros put their words where the cursor is; `/` at the start of a line opens them. Without a script they bring a new page. */
export function macros(): void {
  const picker = document.querySelector<HTMLDetailsElement>('[data-macros]');
  if (!picker) return;
  picker.addEventListener('click', (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>('button[data-fills]');
    if (!button) return;
    event.preventDefault();
    picker.open = false;
    fill(button.dataset['fills']!).catch(() => button.form!.submit());
  });
  document.addEventListener('input', (event) => {
    const box = event.target as HTMLTextAreaElement;
    if (!box.matches?.('.composer textarea')) return;
    const line = /(?:^|\n)\/([\p{L}\p{N}-]*) $/u.exec(box.value.slice(0, box.selectionStart));
    const button =
      line?.[1] &&
      picker.querySelector<HTMLButtonElement>(`button[data-shortcut="${CSS.escape(line[1].toLowerCase())}"]`);
    if (button) {
      box.setRangeText('', box.selectionStart - line[1]!.length - 2, box.selectionStart, 'end');
      button.click();
    } else if (/(?:^|\n)\/$/.test(box.value.slice(0, box.selectionStart))) picker.open = true;
  });
}

/** Asks for the page as it would be with the macro, and takes over what it proposes. */
async function fill(address: string): Promise<void> {
  const response = await fetch(address);
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const composer = document.querySelector('.composer');
  let first: HTMLTextAreaElement | null = null;
  for (const proposed of page.querySelectorAll<HTMLTextAreaElement>('.composer textarea')) {
    const box = composer?.querySelector<HTMLTextAreaElement>(`#${CSS.escape(proposed.id)}`);
    if (!box || proposed.value === '') continue;
    box.setRangeText(proposed.value, box.selectionStart, box.selectionEnd, 'end');
    first ??= box;
  }
  for (const proposed of page.querySelectorAll<HTMLInputElement>(
    '.composer :is(select, input[type="hidden"], input[type="radio"]:checked)',
  )) {
    if (proposed.name === '_csrf') continue;
    const here = composer?.querySelector<HTMLInputElement>(
      `[name="${CSS.escape(proposed.name)}"]${proposed.type === 'radio' ? `[value="${CSS.escape(proposed.value)}"]` : ''}`,
    );
    if (here && proposed.type === 'radio') here.click();
    else if (here) here.value = proposed.value;
  }
  if (!first) throw new Error('The page proposes nothing');
  first.dispatchEvent(new Event('input', { bubbles: true }));
  first.focus();
}
