import { InputRule, inputRules, textblockTypeInputRule, wrappingInputRule } from 'prosemirror-inputrules';
import type { MarkType } from 'prosemirror-model';
import { schema } from './schema.js';

const { bullet_list, ordered_list, blockquote, code_block } = schema.nodes;
const { strong, em, strike, code } = schema.marks;

/** `**so**` is bold the moment it is closed, for those who know how. */
const closed = (sign: string, mark: MarkType): InputRule =>
  new InputRule(
    new RegExp(
      `(^|[^\\p{L}\\p{N}\\\\${sign[0]}])${escape(sign)}([^\\s${sign[0]}](?:[^${sign[0]}]*[^\\s${sign[0]}])?)${escape(sign)}$`,
      'u',
    ),
    (state, match, from, to) => {
      const [, before = '', text = ''] = match;
      const start = from + before.length;
      if (state.doc.rangeHasMark(start, to, code!) || !state.doc.resolve(start).parent.type.allowsMarkType(mark))
        return null;
      const tr = state.tr.delete(start + sign.length + text.length, to).delete(start, start + sign.length);
      return tr.addMark(start, start + text.length, mark.create()).removeStoredMark(mark);
    },
    { inCodeMark: false },
  );

const escape = (sign: string): string => sign.replace(/[*]/g, '\\*');

/** What is typed like a list becomes one; Backspace takes it back. */
export const typing = inputRules({
  rules: [
    wrappingInputRule(/^\s*[-+*] $/, bullet_list!),
    wrappingInputRule(
      /^(\d{1,9})[.)] $/,
      ordered_list!,
      ([, start]) => ({ order: Number(start) }),
      ([, start], before) => before.childCount + Number(before.attrs['order']) === Number(start),
    ),
    wrappingInputRule(/^\s*> $/, blockquote!),
    textblockTypeInputRule(/^```$/, code_block!),
    closed('**', strong!),
    closed('~~', strike!),
    closed('*', em!),
    closed('_', em!),
    closed('`', code!),
  ],
});
