const AFTER_MS = 500;

/** `data-suggest="<address>"` on a form: what may help already shows under the subject while it is typed. */
export function suggestions(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-suggest]')) lookWhileTyping(form);
}

function lookWhileTyping(form: HTMLFormElement): void {
  const subject = form.querySelector<HTMLInputElement>('input[name=subject]');
  const place = form.querySelector<HTMLElement>('[data-suggestions]');
  if (!subject || !place) return;
  let timer: number | undefined;
  let asked = subject.value;
  const look = async () => {
    const text = (asked = subject.value);
    const found = await fetch(`${form.dataset['suggest']!}?subject=${encodeURIComponent(text)}`).catch(() => null);
    // Answers may come in another order than they were asked for.
    if (!found?.ok || text !== asked) return;
    place.innerHTML = await found.text();
    note(form, place);
  };
  subject.addEventListener('input', () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void look(), AFTER_MS);
  });
}

/** What has been seen is not offered a second time when the form is sent. */
function note(form: HTMLFormElement, place: HTMLElement): void {
  const seen = form.querySelector<HTMLInputElement>('input[name=seen]');
  const shown = [...place.querySelectorAll<HTMLElement>('[data-suggestion]')].map(
    ({ dataset }) => dataset['suggestion']!,
  );
  if (seen && shown.length > 0)
    seen.value = [...new Set([...seen.value.split(' ').filter(Boolean), ...shown])].join(' ');
}
