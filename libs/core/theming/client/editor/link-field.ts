import type { MarkType } from 'prosemirror-model';
import { type EditorState, Plugin, TextSelection } from 'prosemirror-state';
import { Decoration, DecorationSet, type EditorView } from 'prosemirror-view';
import { linkAddress, schema } from './schema.js';

const link: MarkType = schema.marks['link']!;

/** The line under the toolbar that asks where a link leads. */
export class LinkField {
  private readonly line: HTMLElement;
  private readonly input: HTMLInputElement;
  private readonly wrong: HTMLElement;
  private view!: EditorView;
  /** Shows for which words a link is asked, as the selection cannot be seen meanwhile. */
  readonly chosen = new Plugin({
    props: {
      decorations: ({ doc, selection: { from, to } }) =>
        this.line.hidden ? null : DecorationSet.create(doc, [Decoration.inline(from, to, { class: 'editor-chosen' })]),
    },
  });

  constructor(frame: HTMLElement) {
    this.line = frame.querySelector<HTMLElement>('.editor-link')!;
    this.input = this.line.querySelector('input')!;
    this.wrong = this.line.querySelector<HTMLElement>('.error')!;
  }

  serve(view: EditorView): void {
    this.view = view;
    this.line.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && event.target === this.input) this.set();
      else if (event.key === 'Escape') this.close();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    this.line.addEventListener('click', ({ target }) => {
      const button = (target as Element).closest<HTMLButtonElement>('button[data-link]');
      if (button?.dataset['link'] === 'set') this.set();
      else if (button) this.remove();
    });
    // What is typed here is no part of the message.
    this.input.addEventListener('input', (event) => {
      event.stopPropagation();
      this.complain(false);
    });
  }

  open(): void {
    const { $from, to } = this.view.state.selection;
    const range = linkRange(this.view.state);
    if (range) this.view.dispatch(this.view.state.tr.setSelection(TextSelection.create(this.view.state.doc, ...range)));
    const selected = this.view.state.doc.textBetween($from.pos, to);
    const mark = this.view.state.doc.nodeAt(this.view.state.selection.from)?.marks.find(({ type }) => type === link);
    this.input.value = mark ? String(mark.attrs['href']) : linkLike(selected);
    this.line.querySelector<HTMLElement>('[data-link=remove]')!.hidden = !range;
    this.complain(false);
    this.line.hidden = false;
    this.view.dispatch(this.view.state.tr);
    this.input.select();
    this.input.focus();
  }

  private set(): void {
    const href = linkAddress(this.input.value);
    if (href === null) return this.complain(true);
    const { state } = this.view;
    const { from, to, empty } = state.selection;
    const mark = link.create({ href });
    const tr = empty
      ? state.tr.replaceSelectionWith(schema.text(this.input.value.trim(), [mark]), false)
      : state.tr.removeMark(from, to, link).addMark(from, to, mark);
    if (!empty) tr.setSelection(TextSelection.create(tr.doc, to));
    this.view.dispatch(tr.removeStoredMark(link));
    this.close();
  }

  private remove(): void {
    const { from, to } = this.view.state.selection;
    this.view.dispatch(this.view.state.tr.removeMark(from, to, link));
    this.close();
  }

  private close(): void {
    this.line.hidden = true;
    this.view.dispatch(this.view.state.tr);
    this.view.focus();
  }

  private complain(wrong: boolean): void {
    this.wrong.hidden = !wrong;
    if (wrong) this.input.setAttribute('aria-invalid', 'true');
    else this.input.removeAttribute('aria-invalid');
  }
}

/** The whole link in which the cursor stands. */
function linkRange({ selection: { $from, empty } }: EditorState): [number, number] | null {
  const { parent } = $from;
  const at = parent.childAfter($from.parentOffset);
  const mark = at.node?.marks.find(({ type }) => type === link) ?? (empty ? link.isInSet($from.marks()) : undefined);
  if (!mark) return null;
  let [start, end] = [-1, -1];
  parent.forEach((node, offset) => {
    if (!mark.isInSet(node.marks)) return;
    if (offset <= $from.parentOffset && offset !== end) start = offset;
    if (offset <= $from.parentOffset || offset === end) end = offset + node.nodeSize;
  });
  return [$from.start() + start, $from.start() + end];
}

const linkLike = (text: string): string => (/^(?:https?:\/\/|mailto:|www\.)\S+$/i.test(text) ? text : '');
