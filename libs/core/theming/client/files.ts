import { localeSize } from './reader.js';

/** `data-file-drop` around a file input: takes files that are dropped on it and lists by name what will be sent. */
export function files(): void {
  for (const type of ['dragenter', 'dragover', 'dragleave', 'drop'] as const) document.addEventListener(type, drag);
  document.addEventListener('change', ({ target }) => {
    if (target instanceof HTMLInputElement && target.type === 'file') list(target);
  });
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
  const together = new DataTransfer();
  for (const file of input.multiple ? [...(input.files ?? []), ...files] : files.slice(0, 1)) together.items.add(file);
  input.files = together.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
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
