type Control = HTMLInputElement | HTMLSelectElement;
type Values = Record<string, string>;

/**
 * `form[data-saves]`: what is chosen is saved at once, which its `[data-saved]` tells, with the way back. Beside each control
 * `was_<name>` holds what the page showed: so what others change comes in, and what is being typed stays.
 */
export function properties(): void {
  const form = propertiesIn(document);
  if (!form) return;
  for (const button of form.querySelectorAll<HTMLElement>('button[type=submit]')) button.hidden = true;
  savesWhenChosen(form);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    save(form);
  });
}

const KEYS_REST_MS = 1500;

/** Keys go through a list step by step, and each step is a change: what they stop at is saved, not what they pass. */
function savesWhenChosen(form: HTMLFormElement): void {
  let byKeys = false;
  let resting: ReturnType<typeof setTimeout> | undefined;
  const saveNow = () => {
    clearTimeout(resting);
    resting = undefined;
    save(form);
  };
  const saveWhatWaits = () => resting !== undefined && saveNow();
  form.addEventListener('keydown', ({ key }) => {
    byKeys = key !== 'Enter';
    if (!byKeys) saveWhatWaits();
  });
  form.addEventListener('pointerdown', () => (byKeys = false));
  form.addEventListener('focusout', () => {
    byKeys = false;
    saveWhatWaits();
  });
  window.addEventListener('pagehide', saveWhatWaits);
  form.addEventListener('change', ({ target }) => {
    if (!byKeys || !(target instanceof HTMLSelectElement)) return saveNow();
    clearTimeout(resting);
    resting = setTimeout(saveNow, KEYS_REST_MS);
  });
}

/** Takes over what the page says now; called when others have changed something. */
export function followProperties(page: Document): void {
  const [form, fresh] = [propertiesIn(document), propertiesIn(page)];
  if (form && fresh) take(form, fresh, shownIn(form));
}

const propertiesIn = (page: Document) => page.querySelector<HTMLFormElement>('form[data-saves]');
const pairsOf = (form: HTMLFormElement) =>
  [...form.querySelectorAll<HTMLInputElement>('input[name^="was_"]')].flatMap((was) => {
    const control = form.elements.namedItem(was.name.slice(4)) as Control | null;
    return control ? [{ was, control }] : [];
  });
const shownIn = (form: HTMLFormElement): Values =>
  Object.fromEntries(pairsOf(form).map(({ was, control }) => [control.name, was.value]));

let saving = Promise.resolve();

/** One after the other: each goes by what the one before has left. */
function save(form: HTMLFormElement): void {
  saving = saving
    .then(() => send(form))
    .catch(() => {
      for (const button of form.querySelectorAll<HTMLElement>('button[type=submit]')) button.hidden = false;
      say(form, form.dataset['failed']!);
    });
}

async function send(form: HTMLFormElement): Promise<void> {
  const shown = shownIn(form);
  const sent = Object.fromEntries(pairsOf(form).map(({ control }) => [control.name, control.value]));
  const changed = Object.keys(sent).filter((name) => sent[name] !== shown[name]);
  if (changed.length === 0) return;
  const typed = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
  const response = await fetch(form.action, { method: 'POST', body: new URLSearchParams(typed), keepalive: true });
  const fresh = propertiesIn(new DOMParser().parseFromString(await response.text(), 'text/html'));
  // Whoever gives a ticket away may see it no longer: then the answer leads elsewhere.
  if (!fresh && response.redirected) return location.assign(response.url);
  if (!fresh) throw new Error(`The answer is no ticket: ${response.status}`);
  take(form, fresh, sent);
  for (const { control } of pairsOf(form)) showError(control, fresh);
  if (response.ok)
    say(form, form.querySelector<HTMLElement>('[data-saved]')!.dataset['saved']!, () => back(changed, shown, form));
  else say(form, form.dataset['failed']!);
}

/** Chooses again what stood there before, where that can still be chosen. */
function back(changed: string[], shown: Values, form: HTMLFormElement): void {
  for (const { control } of pairsOf(form)) if (changed.includes(control.name)) control.value = shown[control.name]!;
  save(form);
}

/** What differs from `known` was typed since and stays; where others have changed just that, it is told. */
function take(form: HTMLFormElement, fresh: HTMLFormElement, known: Values): void {
  const told: string[] = [];
  for (const { was, control } of pairsOf(form)) {
    const next = fresh.elements.namedItem(control.name) as Control | null;
    const now = (fresh.elements.namedItem(was.name) as HTMLInputElement | null)?.value;
    if (!next || now === undefined) continue;
    const { value } = control;
    if (control instanceof HTMLSelectElement) {
      control.replaceChildren(...next.cloneNode(true).childNodes);
      control.value = value;
    }
    if (value === known[control.name]) control.value = next.value;
    else if (now !== was.value && now !== value) told.push(conflict(form, control, next, now));
    was.value = now;
  }
  const [mine, theirs] = [form, fresh].map((one) => one.elements.namedItem('_csrf') as HTMLInputElement);
  mine!.value = theirs!.value;
  if (told.length > 0) say(form, told.join(' '));
}

function conflict(form: HTMLFormElement, control: Control, next: Control, now: string): string {
  const label = form.querySelector(`label[for="${control.id}"]`)?.textContent?.trim() ?? '';
  const option = next instanceof HTMLSelectElement ? [...next.options].find(({ value }) => value === now) : null;
  const words: Record<string, string> = { '{field}': label, '{value}': option?.label ?? now };
  return form.dataset['conflict']!.replace(/\{(?:field|value)\}/g, (word) => words[word]!);
}

function showError(control: Control, fresh: HTMLFormElement): void {
  const next = fresh.elements.namedItem(control.name) as Control | null;
  control.closest('.field')?.querySelector('.error')?.remove();
  for (const name of ['aria-invalid', 'aria-describedby'])
    if (next?.hasAttribute(name)) control.setAttribute(name, next.getAttribute(name)!);
    else control.removeAttribute(name);
  const error = next?.closest('.field')?.querySelector('.error');
  if (error) control.after(error);
}

function say(form: HTMLFormElement, text: string, undo?: () => void): void {
  const line = form.querySelector<HTMLElement>('[data-saved]')!;
  line.replaceChildren(text);
  if (!undo) return;
  const button = Object.assign(document.createElement('button'), {
    type: 'button',
    className: 'button button-plain button-small',
  });
  button.textContent = form.dataset['undo']!;
  button.addEventListener('click', undo);
  line.append(' ', button);
}
