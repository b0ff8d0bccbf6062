/** `data-opens="<id>"` opens that <dialog>; a click beside it or on `data-closes` closes it. The browser does the rest. */
export function dialogs(): void {
  document.addEventListener('click', (event) => {
    const target = event.target as Element;
    const opener = target.closest<HTMLElement>('[data-opens]');
    if (opener) {
      const dialog = document.getElementById(opener.dataset['opens']!);
      if (!(dialog instanceof HTMLDialogElement)) return;
      event.preventDefault();
      dialog.showModal();
    } else if (target instanceof HTMLDialogElement || target.closest('[data-closes]')) {
      target.closest('dialog')?.close();
    }
  });
}
