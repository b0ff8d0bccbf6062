/** `data-shows-current` on what scrolls by itself: the page one is on stands in the middle of it where it would lie below its edge. */
export function current(): void {
  for (const list of document.querySelectorAll<HTMLElement>('[data-shows-current]')) {
    const [frame, here] = [list, list.querySelector('[aria-current]')].map((one) => one?.getBoundingClientRect());
    if (frame && here && here.bottom > frame.bottom) list.scrollTop += here.bottom - frame.top - frame.height / 2;
  }
}
