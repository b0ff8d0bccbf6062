import { type EditorState, Plugin } from 'prosemirror-state';
import type { EditorView } from 'prosemirror-view';
import { folded } from '../../../i18n/src/folding.js';

const MOST = 6;

/** `@` and the beginning of a name offers the colleagues so called, of those in a datalist: arrows choose, Enter takes, Escape closes. */
export function mentions(id: string, called: HTMLDataListElement): Plugin {
  const names = [...called.options].map(({ value }) => value);
  const list = document.createElement('ul');
  list.className = 'editor-names';
  list.id = `${id}-names`;
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', called.dataset['label']!);
  list.hidden = true;
  called.after(list);
  let begun: { at: number; word: string } | null = null;
  let dismissed = -1;
  let chosen = 0;

  const offered = (): string[] => (begun && begun.at !== dismissed ? matching(names, begun.word) : []);
  const take = (view: EditorView, name: string) => {
    const { at } = begun!;
    view.dispatch(view.state.tr.insertText(`@${name} `, at, view.state.selection.from));
    view.focus();
  };
  const show = (view: EditorView) => {
    const all = view.hasFocus() ? offered() : [];
    chosen = Math.min(chosen, Math.max(0, all.length - 1));
    list.hidden = all.length === 0;
    list.replaceChildren(...all.map((name, index) => option(`${id}-name-${index}`, name, index === chosen)));
    if (all.length === 0) {
      view.dom.removeAttribute('aria-activedescendant');
      view.dom.removeAttribute('aria-controls');
      return;
    }
    view.dom.setAttribute('aria-controls', list.id);
    view.dom.setAttribute('aria-activedescendant', `${id}-name-${chosen}`);
    place(list, view, begun!.at);
  };

  return new Plugin({
    props: {
      attributes: { 'aria-autocomplete': 'list' },
      handleKeyDown(view, event) {
        const all = list.hidden ? [] : offered();
        if (all.length === 0 || event.isComposing) return false;
        if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
          chosen = (chosen + (event.key === 'ArrowDown' ? 1 : all.length - 1)) % all.length;
          show(view);
        } else if (event.key === 'Enter') take(view, all[chosen]!);
        else if (event.key === 'Escape') {
          dismissed = begun!.at;
          show(view);
        } else return false;
        return true;
      },
      handleDOMEvents: {
        blur: () => {
          list.hidden = true;
        },
      },
    },
    view(view) {
      list.addEventListener('mousedown', (event) => {
        event.preventDefault();
        const name = (event.target as Element).closest<HTMLElement>('[role=option]')?.dataset['name'];
        if (name) take(view, name);
      });
      return {
        update(now) {
          const before = begun;
          begun = beginning(now.state);
          if (begun?.at !== before?.at || begun?.word !== before?.word) chosen = 0;
          if (!begun) dismissed = -1;
          show(now);
        },
      };
    },
  });
}

/** The name that is being typed: where its `@` stands, and what follows it up to the cursor. */
function beginning({ selection: { $from, empty } }: EditorState): { at: number; word: string } | null {
  if (!empty || !$from.parent.isTextblock || $from.parent.type.spec.code) return null;
  const text = $from.parent.textBetween(0, $from.parentOffset, null, '\n');
  const [, word] = /(?:^|[^\p{L}\p{N}._-])@([\p{L}\p{N}._'-]*(?: [\p{L}\p{N}._'-]*)?)$/u.exec(text) ?? [];
  return word === undefined ? null : { at: $from.pos - word.length - 1, word };
}

/** By the beginning of the name or of any of its parts; a name that stands there whole needs no offer. */
function matching(names: string[], word: string): string[] {
  const typed = folded(word);
  const fits = (name: string) => {
    const whole = folded(name).trim();
    if (whole === '' || whole === typed.trimEnd()) return false;
    return whole.startsWith(typed) || whole.split(' ').some((part) => part.startsWith(typed));
  };
  return names.filter(fits).slice(0, MOST);
}

function option(id: string, name: string, chosen: boolean): HTMLElement {
  const item = Object.assign(document.createElement('li'), { id, ariaSelected: String(chosen) });
  item.setAttribute('role', 'option');
  item.dataset['name'] = name;
  const words = document.createElement('bdi');
  words.textContent = name;
  item.append(words);
  return item;
}

/** Under the `@`, within the frame. */
function place(list: HTMLElement, view: EditorView, at: number): void {
  const cursor = view.coordsAtPos(at);
  const around = (list.offsetParent ?? list.parentElement!).getBoundingClientRect();
  const left = Math.max(0, Math.min(cursor.left - around.left, around.width - list.offsetWidth));
  list.style.left = `${left}px`;
  list.style.top = `${cursor.bottom - around.top + 4}px`;
}
