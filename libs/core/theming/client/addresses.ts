const AFTER_MS = 300;

/**
 * `data-address-check="<address>"` on a form: the name of the business suggests the portal's address until somebody writes
 * one of their own, and whether an address can be had is said while it is typed. `data-own-time-zone` gets the browser's.
 */
export function addresses(): void {
  for (const input of document.querySelectorAll<HTMLInputElement>('input[data-own-time-zone]'))
    input.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-address-check]')) check(form);
}

function check(form: HTMLFormElement): void {
  const business = form.querySelector<HTMLInputElement>('input[name=business]')!;
  const slug = form.querySelector<HTMLInputElement>('input[name=slug]')!;
  const field = slug.closest('.field')!;
  const said = document.createElement('p');
  said.className = 'hint';
  said.id = 'slug-said';
  said.setAttribute('role', 'status');
  field.append(said);
  let own = slug.value !== '';
  let timer: number | undefined;

  const ask = async (suggest: boolean) => {
    const [name, wanted] = [business.value, slug.value];
    const query = new URLSearchParams(suggest ? { business: name } : { slug: wanted });
    const found = await fetch(`${form.dataset['addressCheck']!}?${query}`).catch(() => null);
    if (!found?.ok || name !== business.value || wanted !== slug.value) return;
    const { suggestion, problem } = (await found.json()) as { suggestion: string | null; problem: string | null };
    if (suggest && !own) slug.value = suggestion ?? '';
    if (suggest) return;
    field.querySelector('.error:not(#slug-said)')?.remove();
    said.className = problem ? 'error' : 'hint';
    said.textContent = problem ?? form.dataset['addressFree'] ?? '';
  };
  const soon = (suggest: boolean) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void ask(suggest), AFTER_MS);
  };
  business.addEventListener('input', () => own || soon(true));
  slug.addEventListener('input', () => {
    own = slug.value !== '';
    said.textContent = '';
    if (own) soon(false);
  });
}
