/** Errors get the focus, filters apply at once, and a form is sent once however often its button is pressed. */
export function forms(): void {
  document.querySelector<HTMLElement>('[data-error-summary]')?.focus();
  document.addEventListener('change', ({ target }) => {
    (target as Element).closest<HTMLFormElement>('form[data-auto-submit]')?.requestSubmit();
  });
  document.addEventListener('submit', sendOnce);
  // Coming back by the Back button shows the page as it was left: with its buttons busy.
  window.addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll<HTMLFormElement>('form[data-sent]')) release(form);
  });
}

function sendOnce(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  if (event.defaultPrevented || form.method !== 'post' || form.target === '_blank') return;
  if ('sent' in form.dataset) return event.preventDefault();
  form.dataset['sent'] = '';
  event.submitter?.setAttribute('aria-busy', 'true');
}

function release(form: HTMLFormElement): void {
  delete form.dataset['sent'];
  for (const button of form.querySelectorAll('[aria-busy]')) button.removeAttribute('aria-busy');
}
