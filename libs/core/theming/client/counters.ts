import { localeNumber } from './reader.js';

const SHOWN_FROM = 0.8;
/** What is as short as a colour needs no counting. */
const COUNTED_FROM = 20;

/** Shows how much of a field's `maxlength` is used once it gets tight. */
export function counters(): void {
  document.addEventListener('input', ({ target }) => {
    if (
      !(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) ||
      target.maxLength < COUNTED_FROM
    )
      return;
    const used = target.value.length;
    const counter = counterOf(target);
    counter.hidden = used < target.maxLength * SHOWN_FROM;
    counter.textContent = `${localeNumber(used)} / ${localeNumber(target.maxLength)}`;
  });
}

const known = new WeakMap<Element, HTMLElement>();

function counterOf(field: HTMLElement): HTMLElement {
  let counter = known.get(field);
  if (!counter) {
    counter = document.createElement('p');
    counter.className = 'counter';
    counter.setAttribute('role', 'status');
    (field.closest('.input-group') ?? field).after(counter);
    known.set(field, counter);
  }
  return counter;
}
