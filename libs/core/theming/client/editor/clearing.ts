import { Plugin } from 'prosemirror-state';
import { schema } from './schema.js';

/** Whoever deletes all that is written begins anew: no empty list or heading is left. */
export const clearing = new Plugin({
  appendTransaction(transactions, before, { doc, tr }) {
    if (!transactions.some(({ docChanged }) => docChanged) || doc.textContent !== '') return null;
    // The signs that make a list go as well, and a single letter is a slip: both lists stay.
    const block = doc.firstChild!.type;
    if (block !== before.doc.firstChild!.type || before.doc.textContent.length < 2) return null;
    if (doc.childCount === 1 && block === schema.nodes['paragraph']) return null;
    return tr.replaceWith(0, doc.content.size, schema.node('paragraph'));
  },
});
