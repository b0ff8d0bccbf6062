import { lift, setBlockType, toggleMark, wrapIn } from 'prosemirror-commands';
import type { MarkType, NodeType } from 'prosemirror-model';
import { liftListItem, wrapInList } from 'prosemirror-schema-list';
import type { Command, EditorState } from 'prosemirror-state';
import { schema } from './schema.js';

const { bullet_list, ordered_list, list_item, blockquote, code_block, paragraph } = schema.nodes;
const { strong, em, strike, code, link } = schema.marks;

/** The block of a kind that holds the cursor. */
export function isIn({ selection: { $from } }: EditorState, type: NodeType): boolean {
  for (let depth = $from.depth; depth > 0; depth--) if ($from.node(depth).type === type) return true;
  return false;
}

function hasMark({ selection: { from, to, empty, $from }, storedMarks, doc }: EditorState, mark: MarkType): boolean {
  if (empty) return mark.isInSet(storedMarks ?? $from.marks()) !== undefined;
  return doc.rangeHasMark(from, to, mark);
}

function innermostList({ selection: { $from } }: EditorState): NodeType | null {
  for (let depth = $from.depth; depth > 0; depth--) {
    const { type } = $from.node(depth);
    if (type === bullet_list || type === ordered_list) return type;
  }
  return null;
}

/** Into this list, out of it, or from the other kind into this one. */
const toggleList =
  (kind: NodeType): Command =>
  (state, dispatch, view) => {
    const now = innermostList(state);
    if (now === kind) return liftListItem(list_item!)(state, dispatch);
    if (now === null) return wrapInList(kind)(state, dispatch, view);
    const { $from } = state.selection;
    let depth = $from.depth;
    while ($from.node(depth).type !== now) depth--;
    dispatch?.(
      state.tr.setNodeMarkup($from.before(depth), kind, { tight: $from.node(depth).attrs['tight'] as boolean }),
    );
    return true;
  };

const toggleQuote: Command = (state, dispatch) =>
  isIn(state, blockquote!) ? lift(state, dispatch) : wrapIn(blockquote!)(state, dispatch);

/** Some words of a line as code, or whole lines of it. */
const toggleCode: Command = (state, dispatch, view) => {
  const { $from, $to, empty } = state.selection;
  if (isIn(state, code_block!)) return setBlockType(paragraph!)(state, dispatch);
  const lines = !$from.sameParent($to) || (empty && $from.parent.content.size === 0);
  return lines ? setBlockType(code_block!, { info: '' })(state, dispatch) : toggleMark(code!)(state, dispatch, view);
};

/** What can be asked of the text, and whether it is so where the cursor stands. */
export const commands: Record<string, { run: Command; isOn: (state: EditorState) => boolean }> = {
  bold: { run: toggleMark(strong!), isOn: (state) => hasMark(state, strong!) },
  italic: { run: toggleMark(em!), isOn: (state) => hasMark(state, em!) },
  strike: { run: toggleMark(strike!), isOn: (state) => hasMark(state, strike!) },
  list: { run: toggleList(bullet_list!), isOn: (state) => innermostList(state) === bullet_list },
  numbers: { run: toggleList(ordered_list!), isOn: (state) => innermostList(state) === ordered_list },
  quote: { run: toggleQuote, isOn: (state) => isIn(state, blockquote!) },
  code: { run: toggleCode, isOn: (state) => hasMark(state, code!) || isIn(state, code_block!) },
  link: { run: () => false, isOn: (state) => hasMark(state, link!) },
};
