const AFTER_MS = 2_000;
/** So long what was typed may still be on its way to the server. */
const ON_ITS_WAY_MS = 60_000;
const AT = '/tickets/drafts';
const KEY = 'draft ';
const WORDS = 'textarea, input[type=text]';

/** What was typed and is perhaps not kept yet, in this window. */
interface Typed {
  tab: string;
  version: string;
  at: number;
  content: [name: string, value: string][];
  /** The form was sent with it. Whether that arrived, the next page tells: it comes from the server, or by the way back. */
  sent?: boolean;
}

/** `data-draft="<place>"` on a form: what is typed is kept on the server a moment later, and when the page is left. */
export function drafts(): void {
  for (const form of formsWithDrafts()) keepWhileTyping(form);
}

/**
 * The page one comes back to may have been made before what was typed last had arrived: then this window knows better. To be
 * called before anything reads the forms.
 */
export function draftsOnTheirWay(): void {
  const [way] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  if (way?.type !== 'back_forward') forgetWhatArrived();
  for (const form of formsWithDrafts()) {
    const typed = typedIn(form);
    if (!typed) continue;
    const { tab, version, at, content, sent } = typed;
    if (!sent && version !== versionOf(form)?.value && Date.now() - at > ON_ITS_WAY_MS) continue;
    for (const [name, value] of content) {
      const control = form.elements.namedItem(name);
      if (control instanceof Element && control.matches(WORDS)) (control as HTMLTextAreaElement).value = value;
    }
    // What is on its way becomes this form's own, shown already or not: it is to go when this is sent.
    form.dataset['tab'] = tab;
  }
}

/** The server has answered with a page, so what was sent last has reached it. */
function forgetWhatArrived(): void {
  for (const key of Object.keys(sessionStorage))
    if (key.startsWith(KEY) && (JSON.parse(sessionStorage.getItem(key)!) as Typed).sent) sessionStorage.removeItem(key);
}

function typedIn(form: HTMLFormElement): Typed | null {
  const kept = sessionStorage.getItem(keyOf(form));
  return kept ? (JSON.parse(kept) as Typed) : null;
}

const formsWithDrafts = () => document.querySelectorAll<HTMLFormElement>('form[data-draft]');
const keyOf = (form: HTMLFormElement) => `${KEY}${location.host} ${form.dataset['draft']}`;
const versionOf = (form: HTMLFormElement) => form.querySelector<HTMLInputElement>('input[name=_version]');

function keepWhileTyping(form: HTMLFormElement): void {
  let timer: number | undefined;
  let changed = false;
  let unreached = false;
  let sending: AbortController | undefined;
  const late = 'tab' in form.dataset;
  const own = form.querySelector<HTMLInputElement>('input[name=_tab]') ?? document.createElement('input');
  const tab = (form.dataset['tab'] ??= own.value || crypto.randomUUID());
  form.append(Object.assign(own, { type: 'hidden', name: '_tab', value: tab }));
  const keep = () => {
    window.clearTimeout(timer);
    if (!changed) return;
    changed = false;
    sending?.abort();
    const { signal } = (sending = new AbortController());
    const options = { method: 'POST', body: contentOf(form), keepalive: true, signal };
    const sent = sessionStorage.getItem(keyOf(form));
    void fetch(AT, options)
      .then((answer) => {
        unreached = false;
        say(form, 'unsaved', false);
        kept(form, answer, sent);
      })
      .catch(() => {
        // What has been typed since is on its way itself.
        if (signal.aborted) return;
        changed = unreached = true;
        say(form, 'unsaved', true);
      });
  };
  const remember = (sent = false) => {
    const content = [...contentOf(form)];
    const now: Typed = { tab, version: versionOf(form)?.value ?? '', at: Date.now(), content, sent };
    try {
      sessionStorage.setItem(keyOf(form), JSON.stringify(now));
    } catch {
      // Too much for the browser to keep: the server has it in a moment.
    }
  };
  const typed = () => {
    changed = true;
    remember();
    window.clearTimeout(timer);
    timer = window.setTimeout(keep, AFTER_MS);
  };
  form.addEventListener('input', typed);
  // What is sent is no draft any longer, and one still on its way must not come after it.
  form.addEventListener('submit', (event) => {
    if (!navigator.onLine) {
      event.preventDefault();
      say(form, 'unsent', true);
      return typed();
    }
    changed = unreached = false;
    window.clearTimeout(timer);
    sending?.abort();
    remember(true);
  });
  window.addEventListener('online', () => {
    say(form, 'unsent', false);
    keep();
  });
  // A page that was kept while another did not come: what was sent from it has not arrived.
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted && typedIn(form)?.sent) typed();
    else if (unreached) keep();
  });
  window.addEventListener('pagehide', keep);
  // While the line is there, what is left is sent as the page goes.
  window.addEventListener('beforeunload', (event) => {
    if (unreached || (changed && !navigator.onLine)) event.preventDefault();
  });
  if (late) typed();
}

/** Below the form, in the words that it brings for it: `data-beside`, `data-unsaved`, `data-unsent`. */
function say(form: HTMLFormElement, what: 'beside' | 'unsaved' | 'unsent', isSo: boolean): void {
  const line = form.querySelector<HTMLElement>(`[data-told="${what}"]`);
  if (!isSo) return line?.remove();
  const text = form.dataset[what];
  if (line || !text) return;
  const told = Object.assign(document.createElement('p'), { className: 'hint', role: 'status' });
  told.dataset['told'] = what;
  form.append(told);
  told.textContent = text;
}

/** The server has it: the next version goes on from there. Whoever writes the same elsewhere is told. */
function kept(form: HTMLFormElement, { ok, headers }: Response, sent: string | null): void {
  if (!ok) return;
  const version = versionOf(form);
  if (version) version.value = headers.get('Draft-Version') ?? version.value;
  if (sessionStorage.getItem(keyOf(form)) === sent) sessionStorage.removeItem(keyOf(form));
  if (headers.get('Draft-Beside') !== '0') say(form, 'beside', true);
}

/** Everything typed, without files: those wait for the form itself. */
function contentOf(form: HTMLFormElement): URLSearchParams {
  const content = new URLSearchParams({ place: form.dataset['draft']! });
  for (const [name, value] of new FormData(form))
    if (typeof value === 'string' && name !== 'place') content.append(name, value);
  return content;
}
