import { Fragment, type Node, type ResolvedPos, Slice } from 'prosemirror-model';
import { Plugin, Selection } from 'prosemirror-state';
import type { EditorView } from 'prosemirror-view';
import { addFiles } from '../files.js';
import { linkAddress, schema } from './schema.js';

/**
 * What is pasted is reduced to what a message can hold: HTML by the schema, which knows neither scripts nor styles; files and
 * pictures go along with the form, pictures in the text as well; an address on selected words makes a link of them.
 */
export const pasting = (box: HTMLTextAreaElement): Plugin =>
  new Plugin({
    props: {
      handlePaste(view, { clipboardData }) {
        if (!clipboardData) return false;
        // Spreadsheets bring a picture of the cells beside them: the cells are meant.
        if (clipboardData.files.length > 0 && clipboardData.getData('text/plain') === '')
          return attach(view, box, clipboardData.files);
        const text = clipboardData.getData('text/plain').trim();
        const { empty, from, to, $from } = view.state.selection;
        const href = /^(?:https?:\/\/|mailto:)\S+$/i.test(text) ? linkAddress(text) : null;
        if (empty || href === null || $from.parent.type.spec.code) return false;
        view.dispatch(view.state.tr.addMark(from, to, schema.mark('link', { href })));
        return true;
      },
      handleDrop(view, { dataTransfer, clientX, clientY }) {
        if (!dataTransfer || dataTransfer.files.length === 0) return false;
        const at = view.posAtCoords({ left: clientX, top: clientY });
        if (at) view.dispatch(view.state.tr.setSelection(Selection.near(view.state.doc.resolve(at.pos))));
        return attach(view, box, dataTransfer.files);
      },
      nodeViews: { picture: ({ attrs }) => shownPicture(box, String(attrs['name'])) },
      transformPastedHTML: (html) => rows(inert(html)),
      clipboardTextParser: (text, $context) => lines(text, $context),
    },
  });

/** Nothing in it is applied or run while it is being read; not even to be refused by the page's policy. */
const inert = (html: string): string =>
  html
    .replace(/<(style|script)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, '')
    .replace(/<[a-z][^>]*>/gi, (tag) =>
      tag.replace(/([\s"'/])(style|on[a-z]+)(\s*=)/gi, (_, before: string, name: string, is: string) =>
        name.toLowerCase() === 'style' ? `${before}data-style${is}` : `${before}data-off${is}`,
      ),
    );

/** Messages know no tables: a row becomes a line, with a bar between its cells. */
const rows = (html: string): string =>
  html
    .replace(/<t[dh]\b[^>]*>[\s\S]*?<\/t[dh]\s*>/gi, (cell) => cell.replace(/<\/?(?:p|div|h[1-6])\b[^>]*>/gi, ' '))
    .replace(/(<\/t[dh]\s*>)(?=\s*<t[dh]\b)/gi, ' | $1')
    .replace(/<\/tr\s*>(?=[\s\S]*?<tr\b)/gi, '<br>')
    .replace(/<table\b[^>]*>/gi, '<p>')
    .replace(/<\/table\s*>/gi, '</p>')
    // Within a table the browser would move a break in front of all of it.
    .replace(/<\/?(?:thead|tbody|tfoot|colgroup|col|caption|tr|td|th)\b[^>]*>/gi, '');

/** Files go along with the form; a picture also stands where it was pasted, by a name of its own. */
function attach(view: EditorView, box: HTMLTextAreaElement, given: FileList): boolean {
  const input = fileInput(box);
  // Without a place for them they go nowhere; otherwise the browser would leave the page to show them.
  if (!input) return true;
  const taken = new Set([...chosen(input).map(({ name }) => name), ...namesKept(box)]);
  const files = [...given].map((file) => {
    const name = nameBeside(taken, file.name);
    taken.add(name);
    return name === file.name ? file : new File([file], name, { type: file.type });
  });
  addFiles(input, files);
  // What the form has refused is not there to be shown.
  const pictures = files.filter(({ name }) => SHOWN.test(name) && chosen(input).some((one) => one.name === name));
  if (pictures.length === 0 || view.state.selection.$from.parent.type.spec.code) return true;
  view.dispatch(
    pictures
      .reduce((tr, { name }) => tr.replaceSelectionWith(schema.node('picture', { name }), false), view.state.tr)
      .scrollIntoView(),
  );
  return true;
}

const SHOWN = /^[^[\]\n]+\.(?:png|jpe?g|gif|webp|avif)$/i;
const fileInput = (box: HTMLTextAreaElement) => box.form?.querySelector<HTMLInputElement>('input[type=file]');
const chosen = (input: HTMLInputElement): File[] => [...(input.files ?? [])];
const namesKept = ({ form }: HTMLTextAreaElement): string[] =>
  [...(form?.querySelectorAll('.is-kept bdi') ?? [])].map(({ textContent }) => textContent);

/** Everything that is copied from a screen is called image.png: `image-2.png`. Brackets would end the name where it is written. */
function nameBeside(taken: ReadonlySet<string>, given: string): string {
  const name = given.replace(/[[\]\n]/g, '_');
  const [, stem = name, ending = ''] = /^(.*?)(\.\w+)?$/.exec(name) ?? [];
  for (let n = 1; ; n++) {
    const tried = n === 1 ? name : `${stem}-${n}${ending}`;
    if (!taken.has(tried)) return tried;
  }
}

/** The picture itself while its file is chosen in this form; otherwise its name, as after a reload. */
function shownPicture(box: HTMLTextAreaElement, name: string) {
  const input = fileInput(box);
  const file = input && chosen(input).find((one) => one.name === name);
  if (!file) {
    const dom = document.createElement('span');
    dom.className = 'picture-name';
    dom.textContent = name;
    return { dom };
  }
  const dom = document.createElement('img');
  const url = URL.createObjectURL(file);
  Object.assign(dom, { className: 'message-picture', src: url, alt: name });
  return { dom, destroy: () => URL.revokeObjectURL(url) };
}

/** Plain text as it looks: an empty line ends a paragraph, any other breaks the line. */
function lines(text: string, $context: ResolvedPos): Slice {
  const tidy = text.replace(/\r\n?/g, '\n').replace(/\n+$/, '');
  if ($context.parent.type.spec.code) return new Slice(Fragment.from(tidy === '' ? [] : schema.text(tidy)), 0, 0);
  const marks = $context.marks();
  const paragraphs = tidy.split(/\n{2,}/).map((paragraph) => {
    const content = paragraph
      .split('\n')
      .flatMap((line, index): Node[] => [
        ...(index > 0 ? [schema.node('hard_break')] : []),
        ...(line === '' ? [] : [schema.text(line, marks)]),
      ]);
    return schema.node('paragraph', null, content);
  });
  return new Slice(Fragment.from(paragraphs), 1, 1);
}
