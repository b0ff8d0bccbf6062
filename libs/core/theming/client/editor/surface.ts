import { history } from 'prosemirror-history';
import { type Node, Slice } from 'prosemirror-model';
import { EditorState, Selection, type Transaction } from 'prosemirror-state';
import { EditorView } from 'prosemirror-view';
import { type Surface, tell } from '../writing.js';
import { addressesShown, directions, hint } from './appearance.js';
import { clearing } from './clearing.js';
import { keys } from './keys.js';
import { LinkField } from './link-field.js';
import { mentions } from './mentions.js';
import { pasting } from './pasting.js';
import { documentOf } from './read.js';
import { schema } from './schema.js';
import { Toolbar } from './toolbar.js';
import { typing } from './typing.js';
import { standsFor } from './standing-in.js';
import { markdownOf } from './write.js';

/** Lets the editor stand in for a box: the form, and all that listens to the box, go on as if one typed there. */
export function surfaceFor(box: HTMLTextAreaElement, frame: HTMLElement): Surface {
  const link = new LinkField(frame);
  const toolbar = new Toolbar(frame, link);
  const called = frame.querySelector<HTMLDataListElement>('datalist[data-mentions]');
  const stateOf = (doc: Node) =>
    EditorState.create({
      doc,
      // Whoever goes on with words that are there writes after them.
      selection: Selection.atEnd(doc),
      plugins: [
        ...(called ? [mentions(box.id, called)] : []),
        typing,
        clearing,
        ...keys(frame, link),
        pasting(box),
        history(),
        hint(box.placeholder),
        addressesShown,
        directions,
        link.chosen,
      ],
    });
  const hadFocus = document.activeElement === box;
  let written = box.value;
  const view = new EditorView((content) => box.after(content), {
    state: stateOf(documentOf(box.value)),
    attributes: standsFor(box),
    dispatchTransaction(transaction: Transaction) {
      view.updateState(view.state.apply(transaction));
      toolbar.show(view.state);
      if (!transaction.docChanged) return;
      box.value = markdownOf(view.state.doc);
      written = box.value;
      tell(box);
    },
  });
  toolbar.serve(view);
  link.serve(view);
  frame.classList.add('is-rich');
  box.hidden = true;
  // The Back button and other scripts write into the box.
  const readAgain = () => {
    if (box.value === written) return;
    written = box.value;
    view.updateState(stateOf(documentOf(written)));
    toolbar.show(view.state);
  };
  window.addEventListener('pageshow', readAgain);
  box.addEventListener('input', readAgain);
  box.form?.addEventListener('reset', () => setTimeout(readAgain));
  guard(box, frame, view);
  if (hadFocus) view.focus();
  return {
    insert: (markdown) => insert(view, markdown),
    lineBefore: () => lineBefore(view.state),
    eraseBefore: (letters) =>
      view.dispatch(view.state.tr.delete(view.state.selection.from - letters, view.state.selection.from)),
    focus: () => view.focus(),
  };
}

/** A hidden box can neither be clicked, nor linked to, nor say that it must be filled in: the editor does that for it. */
function guard(box: HTMLTextAreaElement, frame: HTMLElement, view: EditorView): void {
  document.addEventListener('click', (event) => {
    const meant = (event.target as Element).closest(
      `label[for="${CSS.escape(box.id)}"], a[href="#${CSS.escape(box.id)}"]`,
    );
    if (!meant) return;
    event.preventDefault();
    view.dom.scrollIntoView({ block: 'center' });
    view.focus();
  });
  const missing = Object.assign(document.createElement('p'), {
    className: 'error',
    id: `${box.id}-missing`,
    hidden: true,
  });
  missing.textContent = frame.dataset['required'] ?? '';
  frame.after(missing);
  box.addEventListener('invalid', (event) => {
    event.preventDefault();
    missing.hidden = false;
    view.dom.setAttribute('aria-invalid', 'true');
    view.dom.setAttribute('aria-describedby', missing.id);
    if (box.form?.querySelector('input:invalid, select:invalid, textarea:invalid') === box) view.focus();
  });
  box.addEventListener('input', () => {
    if (missing.hidden) return;
    missing.hidden = true;
    for (const [name, value] of Object.entries(standsFor(box))) view.dom.setAttribute(name, value);
    if (!box.hasAttribute('aria-invalid')) view.dom.removeAttribute('aria-invalid');
    if (!box.hasAttribute('aria-describedby')) view.dom.removeAttribute('aria-describedby');
  });
}

/** Paragraphs at the ends join the text around the cursor; anything else stands on its own. */
function insert(view: EditorView, markdown: string): void {
  const { content, firstChild, lastChild } = documentOf(markdown.trim());
  const open = (block: Node | null) => (block?.type === schema.nodes['paragraph'] ? 1 : 0);
  const { from, to } = view.state.selection;
  const { tr } = view.state;
  tr.replaceRange(from, to, new Slice(content, open(firstChild), open(lastChild)));
  tr.setSelection(Selection.near(tr.doc.resolve(tr.mapping.map(to)), -1));
  view.dispatch(tr.scrollIntoView());
}

function lineBefore({ selection: { $from } }: EditorState): string {
  if (!$from.parent.isTextblock) return '';
  return $from.parent.textBetween(0, $from.parentOffset, null, '\n').split('\n').at(-1)!;
}
