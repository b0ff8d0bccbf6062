import { baseKeymap, chainCommands, exitCode } from 'prosemirror-commands';
import { redo, undo } from 'prosemirror-history';
import { undoInputRule } from 'prosemirror-inputrules';
import { keymap } from 'prosemirror-keymap';
import { liftListItem, sinkListItem, splitListItem } from 'prosemirror-schema-list';
import { type Command, Plugin } from 'prosemirror-state';
import { commands } from './commands.js';
import type { LinkField } from './link-field.js';
import { schema } from './schema.js';
import { pressed } from '../pressed.js';

const { list_item, hard_break } = schema.nodes;

/** The key of each command; Ctrl stands for ⌘ on a Mac. */
export const KEYS: Record<string, string> = {
  bold: 'Mod-b',
  italic: 'Mod-i',
  strike: 'Mod-Shift-x',
  list: 'Mod-Shift-8',
  numbers: 'Mod-Shift-7',
  quote: 'Mod-Shift-9',
  code: 'Mod-e',
};

const newLine: Command = (state, dispatch) => {
  dispatch?.(state.tr.replaceSelectionWith(hard_break!.create()).scrollIntoView());
  return true;
};

/** A second empty line leads out of code. */
const leaveCode: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  if (!empty || !$from.parent.type.spec.code || $from.parentOffset < $from.parent.content.size) return false;
  if (!$from.parent.textContent.endsWith('\n')) return false;
  if (!dispatch) return true;
  return exitCode(state, (tr) => dispatch(tr.delete($from.pos - 1, $from.pos)));
};

/** With words for a link, ⌘K or Ctrl+K asks where it leads; without any the key is the page's, which finds anything by it. */
const askForLink = (link: LinkField): Plugin =>
  new Plugin({
    props: {
      handleKeyDown({ state }, event) {
        if (pressed(event).toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey)
          return false;
        if (state.selection.empty && !commands['link']!.isOn(state)) return false;
        event.stopPropagation();
        link.open();
        return true;
      },
    },
  });

/** Tab is left to the browser: it leads out of the editor, as it does out of any field. */
export function keys(frame: HTMLElement, link: LinkField): Plugin[] {
  const leave: Command = () => {
    frame.focus();
    return true;
  };
  return [
    askForLink(link),
    keymap({
      ...Object.fromEntries(Object.entries(KEYS).map(([name, key]) => [key, commands[name]!.run])),
      'Mod-z': undo,
      'Mod-y': redo,
      'Mod-Shift-z': redo,
      'Shift-Enter': chainCommands(exitCode, newLine),
      Enter: chainCommands(leaveCode, splitListItem(list_item!)),
      'Mod-]': sinkListItem(list_item!),
      'Mod-[': liftListItem(list_item!),
      Backspace: undoInputRule,
      Escape: leave,
    }),
    keymap(baseKeymap),
  ];
}
