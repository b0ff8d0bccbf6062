/** `button[data-print]` is of use only where a script runs, so it waits hidden. */
export function printing(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-print]')) {
    button.hidden = false;
    button.addEventListener('click', () => window.print());
  }
}
