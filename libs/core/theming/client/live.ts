import { followProperties } from './properties.js';

/**
 * Keeps an open page up to date. `data-live="<url>"` is a stream of server-sent events; at `changed` the page is fetched
 * again, with its reader's rights as they are then, and every `data-region` takes the place of the one shown. `data-page` says
 * where the page is when its address does not: a form that came back stands at the address it was sent to.
 */
export function live(): void {
  const root = document.querySelector<HTMLElement>('[data-live]');
  if (!root || !('EventSource' in window)) return;
  const source = new EventSource(root.dataset['live']!);
  let first = true;
  let refreshing = Promise.resolve();
  source.addEventListener('changed', () => {
    // The first word of a stream only says that it is open; a later first word follows a gap in the connection.
    if (first) first = false;
    else refreshing = refreshing.then(() => refresh(root.dataset['page'] ?? location.href)).catch(() => undefined);
  });
  source.addEventListener('presence', ({ data }: MessageEvent<string>) => {
    const line = document.querySelector('[data-presence]');
    const { text } = JSON.parse(data) as { text: string };
    if (line && line.textContent !== text) line.textContent = text;
  });
  window.addEventListener('pagehide', () => source.close());
  presence();
}

async function refresh(page: string): Promise<void> {
  const answer = await fetch(page, { headers: { Accept: 'text/html' } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  followProperties(fresh);
  for (const now of document.body.querySelectorAll<HTMLElement>('[data-region]')) {
    // What is being written is nobody's to take away, wherever a page puts it.
    if (now.querySelector('textarea, [data-rich], input[type=file]')) continue;
    const next = fresh.querySelector<HTMLElement>(`[data-region="${now.dataset['region']}"]`);
    if (!next || saidBy(next) === saidBy(now)) continue;
    const ticked = [...now.querySelectorAll<HTMLInputElement>('input:checked')].map(({ value }) => value);
    const focused = now.contains(document.activeElement)
      ? (document.activeElement as HTMLElement).getAttribute('href')
      : null;
    now.replaceChildren(...next.childNodes);
    for (const box of now.querySelectorAll<HTMLInputElement>('input[type=checkbox]'))
      box.checked = ticked.includes(box.value);
    if (focused) now.querySelector<HTMLElement>(`[href="${CSS.escape(focused)}"]`)?.focus();
    if (now.dataset['says']) announce(now.dataset['says']);
  }
}

/** Each page signs its forms anew, which is nothing to see: a button that is about to be pressed stays. */
function saidBy(region: HTMLElement): string {
  const copy = region.cloneNode(true) as HTMLElement;
  for (const signature of copy.querySelectorAll('input[name=_csrf]')) signature.remove();
  return copy.innerHTML;
}

/** Tells those who do not see the page change. */
function announce(text: string): void {
  let line = document.querySelector<HTMLElement>('#announcements');
  if (!line) {
    line = Object.assign(document.createElement('p'), { id: 'announcements', className: 'sr-only' });
    line.setAttribute('role', 'status');
    document.body.append(line);
  }
  line.textContent = '';
  requestAnimationFrame(() => (line.textContent = text));
}

const STILL_HERE_MS = 10_000;

/** Says that the reader is still there, and whether they write, to the address in `data-presence`. */
function presence(): void {
  const url = document.querySelector<HTMLElement>('[data-presence]')?.dataset['presence'];
  const csrf = document.querySelector<HTMLInputElement>('input[name=_csrf]')?.value;
  if (!url || !csrf) return;
  let typed = 0;
  let said = 0;
  const say = () => {
    if (document.visibilityState !== 'visible') return;
    said = Date.now();
    const typing = Date.now() - typed < STILL_HERE_MS ? '1' : '';
    void fetch(url, { method: 'POST', body: new URLSearchParams({ _csrf: csrf, typing }) }).catch(() => undefined);
  };
  document.addEventListener('input', ({ target }) => {
    if (!(target as Element).matches('textarea')) return;
    const begun = Date.now() - typed > STILL_HERE_MS;
    typed = Date.now();
    if (begun || Date.now() - said > STILL_HERE_MS) say();
  });
  say();
  setInterval(say, STILL_HERE_MS);
}
