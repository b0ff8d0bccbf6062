import { say } from './files.js';

const TYPED = 'typed-in-another-language';

interface Typed {
  form: string;
  name: string;
  value: string;
  checked: boolean;
  /** Chosen files: no browser gives them to the next page. */
  files: string[];
}
type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** Whoever changes the language while writing finds everything as it was; of files, which have to be chosen again. */
export function languages(): void {
  restore();
  document.addEventListener('click', ({ target }) => {
    if (!(target as Element).closest?.('a[href*="?lang="]')) return;
    sessionStorage.setItem(TYPED, JSON.stringify({ page: window.location.pathname, typed: controls().map(typedIn) }));
  });
}

/** Of forms that are sent; nothing that is secret or the page's own. */
function controls(): [form: string, control: Control][] {
  return [...document.querySelectorAll<HTMLFormElement>('form[method=post]')].flatMap((form) =>
    [...form.elements]
      .filter((one): one is Control => one.matches('input:not([type=password], [type=hidden]), textarea, select'))
      // By where it is sent: the next page may have more forms, such as one that throws a draft away.
      .map((control): [string, Control] => [form.getAttribute('action') ?? '', control]),
  );
}

function typedIn([form, control]: [string, Control]): Typed {
  const input = control instanceof HTMLInputElement ? control : null;
  const files = [...(input?.files ?? [])].map(({ name }) => name);
  return { form, name: control.name, value: files.length > 0 ? '' : control.value, checked: !!input?.checked, files };
}

function restore(): void {
  const kept = sessionStorage.getItem(TYPED);
  if (!kept) return;
  sessionStorage.removeItem(TYPED);
  const { page, typed } = JSON.parse(kept) as { page: string; typed: Typed[] };
  if (page !== window.location.pathname) return;
  const waiting = [...typed];
  for (const [form, control] of controls()) {
    // In the order of the page: several controls may have one name.
    const at = waiting.findIndex((one) => one.form === form && one.name === control.name);
    if (at >= 0) fill(control, waiting.splice(at, 1)[0]!);
  }
}

function fill(control: Control, { value, checked, files }: Typed): void {
  const again = control.dataset['saysAgain'];
  if (control.type === 'file') {
    if (files.length > 0 && again) say(control as HTMLInputElement, [`${again} ${files.join(', ')}`]);
  } else if (control instanceof HTMLInputElement && ['checkbox', 'radio'].includes(control.type)) {
    if (control.value === value) control.checked = checked;
  } else if (control instanceof HTMLSelectElement) {
    if ([...control.options].some((option) => option.value === value)) control.value = value;
  } else control.value = value;
}
