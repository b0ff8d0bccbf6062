import type { EditorState } from 'prosemirror-state';
import type { EditorView } from 'prosemirror-view';
import { commands } from './commands.js';
import { KEYS } from './keys.js';
import type { LinkField } from './link-field.js';

const MAC = /Mac|iP(?:hone|ad)/.test(navigator.platform);

/** The buttons above the text: one of them is reached by Tab, arrows lead to the others. */
export class Toolbar {
  private readonly bar: HTMLElement;
  private readonly buttons: HTMLButtonElement[];

  constructor(
    frame: HTMLElement,
    private readonly link: LinkField,
  ) {
    this.bar = frame.querySelector<HTMLElement>('[role=toolbar]')!;
    this.buttons = [...this.bar.querySelectorAll<HTMLButtonElement>('button[data-command]')];
    for (const [index, button] of this.buttons.entries()) {
      button.tabIndex = index === 0 ? 0 : -1;
      const key = button.dataset['command'] === 'link' ? 'Mod-k' : KEYS[button.dataset['command']!]!;
      button.title = `${button.getAttribute('aria-label')} (${spoken(key, this.bar.dataset['control'] ?? 'Ctrl')})`;
      button.setAttribute('aria-keyshortcuts', key.replace('Mod', MAC ? 'Meta' : 'Control').replaceAll('-', '+'));
    }
  }

  serve(view: EditorView): void {
    this.bar.setAttribute('aria-controls', view.dom.id);
    // The text keeps its selection while a button is pressed.
    this.bar.addEventListener('mousedown', (event) => event.preventDefault());
    this.bar.addEventListener('click', ({ target }) => {
      const button = (target as Element).closest<HTMLButtonElement>('button[data-command]');
      if (!button) return;
      const name = button.dataset['command']!;
      if (name === 'link') return this.link.open();
      commands[name]!.run(view.state, (tr) => view.dispatch(tr), view);
      view.focus();
    });
    this.bar.addEventListener('keydown', (event) => this.walk(event));
    this.show(view.state);
  }

  show(state: EditorState): void {
    for (const button of this.buttons)
      button.setAttribute('aria-pressed', String(commands[button.dataset['command']!]!.isOn(state)));
  }

  private walk(event: KeyboardEvent): void {
    const now = this.buttons.indexOf(document.activeElement as HTMLButtonElement);
    const forward = getComputedStyle(this.bar).direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    const back = forward === 'ArrowRight' ? 'ArrowLeft' : 'ArrowRight';
    const to = { [forward]: now + 1, [back]: now - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined || now < 0) return;
    event.preventDefault();
    const next = this.buttons.at(to % this.buttons.length)!;
    for (const button of this.buttons) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  }
}

/** As keyboards have it printed. */
const spoken = (key: string, control: string): string =>
  key
    .split('-')
    .map((part) => ({ Mod: MAC ? '⌘' : control, Shift: MAC ? '⇧' : 'Shift' })[part] ?? part.toUpperCase())
    .join(MAC ? '' : '+');
