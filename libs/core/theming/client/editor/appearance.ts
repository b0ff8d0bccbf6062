import { type Node } from 'prosemirror-model';
import { Plugin } from 'prosemirror-state';
import { Decoration, DecorationSet } from 'prosemirror-view';
import { dialect } from '../../src/markdown.js';

/** What an empty box says. */
export const hint = (text: string): Plugin =>
  new Plugin({
    props: {
      decorations({ doc }) {
        const only =
          doc.childCount === 1 && doc.firstChild!.type.name === 'paragraph' && doc.firstChild!.content.size === 0;
        if (!only || !text) return null;
        return DecorationSet.create(doc, [
          Decoration.node(0, doc.firstChild!.nodeSize, { class: 'editor-hint', 'data-hint': text }),
        ]);
      },
    },
  });

const STRONG = /\p{L}/u;
const FROM_THE_RIGHT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** Each block runs the way of its first letter, and before it has one the way of the page, as `dir="auto"` would not. */
export const directions = new Plugin({
  props: {
    decorations({ doc }) {
      const shown: Decoration[] = [];
      doc.forEach((block, at) => {
        const letter = STRONG.exec(block.textContent)?.[0];
        if (letter && block.type.name !== 'code_block')
          shown.push(Decoration.node(at, at + block.nodeSize, { dir: FROM_THE_RIGHT.test(letter) ? 'rtl' : 'ltr' }));
      });
      return DecorationSet.create(doc, shown);
    },
  },
});

/** Addresses look like the links that they will be. */
export const addressesShown = new Plugin({
  props: {
    decorations({ doc }) {
      const shown: Decoration[] = [];
      doc.descendants((node, at, parent) => {
        if (!node.isText || parent!.type.spec.code || node.marks.some(({ type }) => /^(?:code|link)$/.test(type.name)))
          return;
        for (const [from, to] of addressesIn(node))
          shown.push(Decoration.inline(at + from, at + to, { class: 'editor-address' }));
      });
      return DecorationSet.create(doc, shown);
    },
  },
});

const known = new WeakMap<Node, [number, number][]>();

/** A word like `customer.name` that a macro leaves open is none. */
function addressesIn(node: Node): [number, number][] {
  let found = known.get(node);
  if (!found) {
    const text = node.text!;
    found = (dialect.linkify.match(text) ?? [])
      .filter(({ index }) => !text.slice(0, index).endsWith('{{'))
      .map(({ index, lastIndex }) => [index, lastIndex]);
    known.set(node, found);
  }
  return found;
}
