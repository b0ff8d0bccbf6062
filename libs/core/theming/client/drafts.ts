const AFTER_MS = 2_000;
/** So long what was typed may still be on its way to the server. */
const ON_ITS_WAY_MS = 60_000;
const AT = '/tickets/drafts';
const WORDS = 'textarea, input[type=text]';

/** What was typed and is perhaps not kept yet, in this window. */
interface Typed {
  tab: string;
  version: string;
  at: number;
  content: [name: string, value: string][];
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
  for (const form of formsWithDrafts()) {
    const kept = sessionStorage.getItem(keyOf(form));
    if (!kept) continue;
    const { tab, version, at, content } = JSON.parse(kept) as Typed;
    if (version !== versionOf(form)?.value && Date.now() - at > ON_ITS_WAY_MS) continue;
    for (const [name, value] of content) {
      const control = form.elements.namedItem(name);
      if (control instanceof Element && control.matches(WORDS)) (control as HTMLTextAreaElement).value = value;
    }
    // What is on its way becomes this form's own, shown already or not: it is to go when this is sent.
    form.dataset['tab'] = tab;
  }
}

const formsWithDrafts = () => document.querySelectorAll<HTMLFormElement>('form[data-draft]');
const keyOf = (form: HTMLFormElement) => `draft ${location.host} ${form.dataset['draft']}`;
const versionOf = (form: HTMLFormElement) => form.querySelector<HTMLInputElement>('input[name=_version]');

function keepWhileTyping(form: HTMLFormElement): void {
  let timer: number | undefined;
  let changed = false;
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
    sending = new AbortController();
    const options = { method: 'POST', body: contentOf(form), keepalive: true, signal: sending.signal };
    const sent = sessionStorage.getItem(keyOf(form));
    // What cannot be kept now is tried again with the next change.
    void fetch(AT, options)
      .then((answer) => kept(form, answer, sent))
      .catch(() => undefined);
  };
  const typed = () => {
    changed = true;
    const content = [...contentOf(form)];
    const now: Typed = { tab, version: versionOf(form)?.value ?? '', at: Date.now(), content };
    try {
      sessionStorage.setItem(keyOf(form), JSON.stringify(now));
    } catch {
      // Too much for the browser to keep: the server has it in a moment.
    }
    window.clearTimeout(timer);
    timer = window.setTimeout(keep, AFTER_MS);
  };
  form.addEventListener('input', typed);
  // What is sent is no draft any longer, and one still on its way must not come after it.
  form.addEventListener('submit', () => {
    changed = false;
    window.clearTimeout(timer);
    sending?.abort();
    sessionStorage.removeItem(keyOf(form));
  });
  window.addEventListener('pagehide', keep);
  if (late) typed();
}

/** The server has it: the next version goes on from there. Whoever writes the same elsewhere is told. */
function kept(form: HTMLFormElement, { ok, headers }: Response, sent: string | null): void {
  if (!ok) return;
  const version = versionOf(form);
  if (version) version.value = headers.get('Draft-Version') ?? version.value;
  if (sessionStorage.getItem(keyOf(form)) === sent) sessionStorage.removeItem(keyOf(form));
  const { beside } = form.dataset;
  if (headers.get('Draft-Beside') === '0' || !beside || form.querySelector('[data-beside-told]')) return;
  const line = Object.assign(document.createElement('p'), { className: 'hint', role: 'status' });
  line.dataset['besideTold'] = '';
  form.append(line);
  line.textContent = beside;
}

/** Everything typed, without files: those wait for the form itself. */
function contentOf(form: HTMLFormElement): URLSearchParams {
  const content = new URLSearchParams({ place: form.dataset['draft']! });
  for (const [name, value] of new FormData(form))
    if (typeof value === 'string' && name !== 'place') content.append(name, value);
  return content;
}
