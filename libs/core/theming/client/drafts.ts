const AFTER_MS = 2_000;
const AT = '/tickets/drafts';

/** `data-draft="<place>"` on a form: what is typed is kept on the server a moment later, and when the page is left. */
export function drafts(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-draft]')) keepWhileTyping(form);
}

function keepWhileTyping(form: HTMLFormElement): void {
  let timer: number | undefined;
  let changed = false;
  let sending: AbortController | undefined;
  const keep = () => {
    window.clearTimeout(timer);
    if (!changed) return;
    changed = false;
    sending?.abort();
    sending = new AbortController();
    const options = { method: 'POST', body: contentOf(form), keepalive: true, signal: sending.signal };
    // What cannot be kept now is tried again with the next change.
    void fetch(AT, options).catch(() => undefined);
  };
  form.addEventListener('input', () => {
    changed = true;
    window.clearTimeout(timer);
    timer = window.setTimeout(keep, AFTER_MS);
  });
  // What is sent is no draft any longer, and one still on its way must not come after it.
  form.addEventListener('submit', () => {
    changed = false;
    window.clearTimeout(timer);
    sending?.abort();
  });
  window.addEventListener('pagehide', keep);
}

/** Everything typed, without files: those wait for the form itself. */
function contentOf(form: HTMLFormElement): URLSearchParams {
  const content = new URLSearchParams({ place: form.dataset['draft']! });
  for (const [name, value] of new FormData(form))
    if (typeof value === 'string' && name !== 'place') content.append(name, value);
  return content;
}
