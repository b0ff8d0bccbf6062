/**
 * `data-suggests="<address>"` on an input of words between commas: for the last of them the browser offers what stands in
 * `[data-words]` of the page there.
 */
export function words(): void {
  document.addEventListener('focusin', ({ target }) => {
    if (target instanceof HTMLInputElement && target.dataset['suggests'] && !target.list)
      void offer(target).catch(() => undefined);
  });
}

async function offer(input: HTMLInputElement): Promise<void> {
  const list = Object.assign(document.createElement('datalist'), { id: `${input.id}-words` });
  input.after(list);
  input.setAttribute('list', list.id);
  const answer = await fetch(input.dataset['suggests']!);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const known = [...page.querySelectorAll('[data-words] > li')].map(({ textContent }) => textContent);
  const show = () => {
    const typed = input.value.split(',').map((word) => word.trim());
    const before = typed.slice(0, -1).map((word) => `${word}, `);
    const free = known.filter((word) => !typed.includes(word));
    list.replaceChildren(...free.map((word) => Object.assign(new Option(), { value: before.join('') + word })));
  };
  input.addEventListener('input', show);
  show();
}
