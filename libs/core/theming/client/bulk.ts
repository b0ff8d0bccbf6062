/**
 * `form[data-bulk]`: how many rows are ticked stands in its bar; a button ticks the whole page, and a click with Shift all
 * between this row and the one ticked before. Its reset button takes every tick away.
 */
export function bulk(): void {
  const form = document.querySelector<HTMLFormElement>('form[data-bulk]');
  const count = form?.querySelector('[data-bulk-count] b');
  if (!form || !count) return;
  const boxes = () => [...form.querySelectorAll<HTMLInputElement>('input.check')];
  const tell = () => (count.textContent = String(boxes().filter(({ checked }) => checked).length));
  let last: HTMLInputElement | null = null;
  form.addEventListener('click', (event) => {
    const target = event.target as Element;
    if (target.closest('[data-bulk-page]')) for (const box of boxes()) box.checked = true;
    else if (target instanceof HTMLInputElement && target.matches('.check')) {
      if (event.shiftKey && last) for (const box of between(boxes(), last, target)) box.checked = target.checked;
      last = target;
    }
    tell();
  });
  form.addEventListener('change', tell);
  form.addEventListener('reset', () => setTimeout(tell));
  // Rows that came new keep their ticks, and the browser keeps those of a page one comes back to.
  new MutationObserver(tell).observe(form.querySelector('[data-list]')!, { childList: true });
  window.addEventListener('pageshow', tell);
}

function between(boxes: HTMLInputElement[], one: HTMLInputElement, other: HTMLInputElement): HTMLInputElement[] {
  const ends = [boxes.indexOf(one), boxes.indexOf(other)].sort((a, b) => a - b);
  return ends[0]! < 0 ? [other] : boxes.slice(ends[0], ends[1]! + 1);
}
