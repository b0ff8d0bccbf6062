interface When {
  match: 'all' | 'any';
  tests: { name: string; value: string }[];
}

/** `data-when` on a group of controls: shown and sent only while the answers above call for it, as the server decides too. */
export function conditional(): void {
  for (const form of document.querySelectorAll('form')) {
    if (!form.querySelector('[data-when]')) continue;
    const update = () => apply(form);
    form.addEventListener('input', update);
    form.addEventListener('change', update);
    update();
  }
  window.addEventListener('pageshow', () => document.querySelectorAll('form').forEach(apply));
}

/** In the order of the page: what is hidden has no answer for those after it. */
function apply(form: HTMLFormElement): void {
  for (const group of form.querySelectorAll<HTMLElement>('[data-when]')) {
    const { match, tests } = JSON.parse(group.dataset['when']!) as When;
    const given = (name: string) => new FormData(form).getAll(name).filter((value) => value !== '');
    const holds = ({ name, value }: When['tests'][number]) =>
      value === 'no' ? isAsked(form, name) && given(name).length === 0 : given(name).includes(value);
    const shown = match === 'all' ? tests.every(holds) : tests.some(holds);
    group.hidden = !shown;
    if (group instanceof HTMLFieldSetElement) group.disabled = !shown;
  }
}

const isAsked = (form: HTMLFormElement, name: string): boolean =>
  [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)].some((control) => !control.matches(':disabled'));
