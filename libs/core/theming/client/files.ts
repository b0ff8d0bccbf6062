import { localeSize } from './reader.js';

/**
 * `data-file-drop` around a file input: takes files that are dropped on it and lists by name what will be sent. What the
 * server would refuse (`accept`, `data-most`, `data-most-bytes`) is taken out at once, with a message, and the rest stays.
 */
export function files(): void {
  for (const type of ['dragenter', 'dragover', 'dragleave', 'drop'] as const) document.addEventListener(type, drag);
  document.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.type !== 'file') return;
    if ('mostBytes' in target.dataset) sift(target);
    list(target);
  });
  for (const frame of document.querySelectorAll('[data-words-or-file]'))
    needWordsOrFile(frame.querySelector('textarea')!);
}

/** A picture alone can be an answer: words are asked for only while no file goes along. */
function needWordsOrFile(box: HTMLTextAreaElement): void {
  const { form } = box;
  if (!form) return;
  const update = () => {
    const chosen = [...form.querySelectorAll<HTMLInputElement>('input[type=file]')].some(({ files }) => files?.length);
    box.required = !chosen && !form.querySelector('.is-kept :checked');
  };
  form.addEventListener('change', update);
  update();
}

function sift(input: HTMLInputElement): void {
  const problems: string[] = [];
  const good: File[] = [];
  const { most = '1', saysMany = '' } = input.dataset;
  const before = input.closest('.field')?.parentElement?.querySelectorAll('.is-kept :checked').length ?? 0;
  for (const file of input.files ?? []) {
    const problem = problemOf(input, file);
    if (problem) problems.push(problem.replaceAll('{name}', () => file.name));
    else if (before + good.length < Number(most)) good.push(file);
    else if (problems.at(-1) !== saysMany) problems.push(saysMany);
  }
  if (problems.length > 0) setFiles(input, good);
  say(input, problems);
}

/** As the server says it; what only its content shows is left to the server. */
function problemOf(input: HTMLInputElement, { name, size }: File): string | undefined {
  const { mostBytes, saysSize, saysKind, saysEmpty } = input.dataset;
  const kinds = input.accept.split(',');
  if (!kinds.some((ending) => name.toLowerCase().endsWith(ending))) return saysKind;
  if (size === 0) return saysEmpty;
  return size > Number(mostBytes) ? saysSize : undefined;
}

/** At the field, as the server would. */
export function say(input: HTMLInputElement, problems: string[]): void {
  const id = `${input.id}-error`;
  document.getElementById(id)?.remove();
  input.removeAttribute('aria-invalid');
  if (problems.length === 0) return;
  input.setAttribute('aria-invalid', 'true');
  const error = document.createElement('p');
  error.className = 'error';
  error.id = id;
  error.setAttribute('role', 'alert');
  error.textContent = problems.join(' ');
  input.closest('.field')!.append(error);
  input.setAttribute('aria-describedby', id);
}

function drag(event: DragEvent): void {
  const zone = (event.target as Element).closest?.<HTMLElement>('[data-file-drop]');
  const input = zone?.querySelector<HTMLInputElement>('input[type=file]');
  if (!zone || !input || !event.dataTransfer?.types.includes('Files')) return;
  // The browser itself lets files fall into a file input; elsewhere in the zone it would leave the page to show them.
  if (event.target !== input) event.preventDefault();
  zone.classList.toggle('is-over', event.type === 'dragenter' || event.type === 'dragover');
  if (event.type !== 'drop' || event.target === input) return;
  addFiles(input, [...event.dataTransfer.files]);
}

/** As if they had been chosen there, beside those that were. */
export function addFiles(input: HTMLInputElement, files: File[]): void {
  setFiles(input, input.multiple ? [...(input.files ?? []), ...files] : files.slice(0, 1));
  input.dispatchEvent(new Event('change', { bubbles: true }));
}

function setFiles(input: HTMLInputElement, files: File[]): void {
  const together = new DataTransfer();
  for (const file of files) together.items.add(file);
  input.files = together.files;
}

const known = new WeakMap<Element, HTMLElement>();

function list(input: HTMLInputElement): void {
  const zone = input.closest('[data-file-drop]');
  if (!zone) return;
  let names = known.get(zone);
  if (!names) {
    names = document.createElement('ul');
    names.className = 'file-chosen';
    names.setAttribute('role', 'status');
    zone.after(names);
    known.set(zone, names);
  }
  names.replaceChildren(...[...(input.files ?? [])].map(line));
}

function line(file: File): HTMLElement {
  const item = document.createElement('li');
  const name = document.createElement('bdi');
  name.textContent = file.name;
  item.append(name, ` (${localeSize(file.size)})`);
  return item;
}
