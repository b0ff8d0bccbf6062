const PAUSE = 150;

/**
 * `form[data-preview-form]`: a colour picked beside a field (`data-mirrors="<its id>"`) is written into it and the other way
 * round, and the stylesheet `link[data-preview-stylesheet]` and the judgement in `[data-preview-contrast]` follow what is
 * chosen, both made by the server, so that there is one rule. Pictures and secrets stay out of their addresses. A picture just
 * chosen is shown by `img[data-shows="<its field>"]` instead of `[data-instead-of]`.
 */
export function preview(): void {
  const form = document.querySelector<HTMLFormElement>('form[data-preview-form]');
  const link = document.querySelector<HTMLLinkElement>('link[data-preview-stylesheet]');
  if (!form || !link) return;
  for (const picker of form.querySelectorAll<HTMLInputElement>('[data-mirrors]')) picker.hidden = false;
  let waiting = 0;
  form.addEventListener('input', ({ target }) => {
    mirror(form, target as HTMLInputElement);
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => follow(form, link), PAUSE);
  });
  // At the document, after what the server would refuse has been taken out there.
  document.addEventListener('change', ({ target }) => {
    if (target instanceof HTMLInputElement && target.type === 'file') show(form, target);
  });
}

function mirror(form: HTMLFormElement, changed: HTMLInputElement): void {
  const field = changed.dataset['mirrors'];
  if (field) (form.elements.namedItem(field) as HTMLInputElement).value = changed.value;
  const picker = form.querySelector<HTMLInputElement>(`[data-mirrors="${changed.id}"]`);
  if (picker && /^#[0-9a-f]{6}$/i.test(changed.value)) picker.value = changed.value;
}

function follow(form: HTMLFormElement, link: HTMLLinkElement): void {
  const chosen = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string' && name !== '_csrf') chosen.set(name, value);
  }
  link.href = `${link.href.split('?')[0]}?${chosen}`;
  const judgement = form.querySelector<HTMLElement>('[data-preview-contrast]');
  if (judgement) void judge(judgement, chosen).catch(() => undefined);
}

let asked = 0;

async function judge(place: HTMLElement, chosen: URLSearchParams): Promise<void> {
  const mine = ++asked;
  const answer = await fetch(`${place.dataset['previewContrast']}?${chosen}`);
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  // An answer that was overtaken says nothing any more.
  if (answer.ok && mine === asked) place.replaceChildren(...page.body.children);
}

const before = new WeakMap<HTMLImageElement, string>();

function show(form: HTMLFormElement, { name, files }: HTMLInputElement): void {
  const file = files?.[0];
  for (const image of form.querySelectorAll<HTMLImageElement>(`img[data-shows="${name}"]`)) {
    if (!before.has(image)) before.set(image, image.getAttribute('src') ?? '');
    if (image.src.startsWith('blob:')) URL.revokeObjectURL(image.src);
    image.src = file ? URL.createObjectURL(file) : before.get(image)!;
    image.hidden = image.getAttribute('src') === '';
    const instead = image.parentElement!.querySelector<HTMLElement>(`[data-instead-of="${name}"]`);
    if (instead) instead.hidden = !image.hidden;
  }
}
