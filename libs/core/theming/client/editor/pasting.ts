import { Fragment, type Node, type ResolvedPos, Slice } from 'prosemirror-model';
import { Plugin } from 'prosemirror-state';
import { addFiles } from '../files.js';
import { linkAddress, schema } from './schema.js';

/**
 * What is pasted is reduced to what a message can hold: HTML by the schema, which knows neither scripts nor styles; files and
 * pictures go along with the form; an address on selected words makes a link of them.
 */
export const pasting = (box: HTMLTextAreaElement): Plugin =>
  new Plugin({
    props: {
      handlePaste(view, { clipboardData }) {
        if (!clipboardData) return false;
        // Spreadsheets bring a picture of the cells beside them: the cells are meant.
        if (clipboardData.files.length > 0 && clipboardData.getData('text/plain') === '')
          return attach(box, clipboardData.files);
        const text = clipboardData.getData('text/plain').trim();
        const { empty, from, to, $from } = view.state.selection;
        const href = /^(?:https?:\/\/|mailto:)\S+$/i.test(text) ? linkAddress(text) : null;
        if (empty || href === null || $from.parent.type.spec.code) return false;
        view.dispatch(view.state.tr.addMark(from, to, schema.mark('link', { href })));
        return true;
      },
      handleDrop: (_view, { dataTransfer }) =>
        dataTransfer !== null && dataTransfer.files.length > 0 && attach(box, dataTransfer.files),
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

function attach(box: HTMLTextAreaElement, files: FileList): boolean {
  const input = box.form?.querySelector<HTMLInputElement>('input[type=file]');
  if (input) addFiles(input, [...files]);
  // Without a place for them they go nowhere; otherwise the browser would leave the page to show them.
  return true;
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
