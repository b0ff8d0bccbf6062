import { MarkdownSerializer } from 'prosemirror-markdown';
import { Fragment, type Mark, type Node } from 'prosemirror-model';
import { dialect } from '../../src/markdown.js';
import { parsed } from './parser.js';
import { schema } from './schema.js';

/** How careful a text is written: most need nothing, and are the same with and without Markdown. */
type Care = 'plain' | 'starts of lines' | 'outside addresses' | 'everything';
const CARES: Care[] = ['plain', 'starts of lines', 'outside addresses', 'everything'];
const known = new WeakMap<Node, string>();

/** The inline content of a block, in the plainest way that reads back as it is. Letters are never lost, marks if need be. */
export function inlineMarkdown(block: Node): string {
  let markdown = known.get(block);
  if (markdown === undefined) known.set(block, (markdown = plainest(block)));
  return markdown;
}

function plainest(block: Node): string {
  const content = tidyInline(block);
  let written = '';
  for (const simpler of SIMPLER) {
    const candidate = block.copy(tidy(simpler(content)));
    for (const care of CARES) {
      written = writers[care].serialize(block.type.schema.node('doc', null, [candidate]));
      if (care !== 'plain') written = written.replace(STARTS, '$1\\$2');
      const lead = block.type.name === 'heading' ? `${'#'.repeat(Number(block.attrs['level']))} ` : '';
      const read = parsed(lead + written);
      if (read?.childCount === 1 && read.child(0).eq(candidate)) return written;
    }
  }
  return written;
}

const without =
  (...names: string[]) =>
  (content: Fragment): Fragment =>
    mapped(content, (node) => node.mark(node.marks.filter(({ type }) => !names.includes(type.name))));

const SIMPLER = [
  (content: Fragment) => content,
  tucked,
  without('em'),
  (content: Fragment) => tucked(without('em')(content)),
  without('em', 'strike'),
  without('em', 'strike', 'strong'),
  without('em', 'strike', 'strong', 'code'),
  without('em', 'strike', 'strong', 'code', 'link'),
];

const mapped = (content: Fragment, change: (node: Node) => Node | Node[]): Fragment =>
  Fragment.fromArray(merged(content.content.flatMap(change)));

function merged(nodes: readonly Node[]): Node[] {
  const all: Node[] = [];
  for (const node of nodes) {
    const last = all.at(-1);
    if (last?.isText && node.isText && last.sameMarkup(node))
      all[all.length - 1] = schema.text(last.text! + node.text!, last.marks);
    else all.push(node);
  }
  return all;
}

/** Markdown cannot set a mark beside a letter that begins or ends with a sign: the sign goes out of the mark. */
function tucked(content: Fragment): Fragment {
  return mapped(content, (node) => {
    const flexible = node.marks.filter(({ type }) => ['em', 'strong', 'strike'].includes(type.name));
    if (!node.isText || flexible.length === 0) return node;
    const outside = node.marks.filter((mark: Mark) => !flexible.includes(mark));
    const [, before = '', inside = '', after = ''] = /^([^\p{L}\p{N}]*)(.*?)([^\p{L}\p{N}]*)$/su.exec(node.text!)!;
    return [
      ...(before ? [schema.text(before, outside)] : []),
      ...(inside ? [schema.text(inside, node.marks)] : []),
      ...(after ? [schema.text(after, outside)] : []),
    ];
  });
}

/** Without what Markdown does not see: white space at the ends of lines, and breaks at the ends of the block. */
export const tidyInline = (block: Node): Fragment => tidy(block.content);

function tidy(content: Fragment): Fragment {
  let nodes = content.content.map((node) =>
    node.isText ? schema.text(node.text!.replace(/[\n\r\0]/g, ' '), node.marks) : node.mark([]),
  );
  const isBreak = (node: Node | undefined) => node === undefined || node.type.name === 'hard_break';
  for (let before = ''; before !== String(Fragment.fromArray(nodes));) {
    before = String(Fragment.fromArray(nodes));
    nodes = nodes.flatMap((node, index) => {
      if (node.type.name === 'picture') return [node];
      if (!node.isText) return isBreak(nodes[index - 1]) && index === 0 ? [] : index === nodes.length - 1 ? [] : [node];
      let text = node.text!;
      if (isBreak(nodes[index - 1])) text = text.trimStart();
      if (isBreak(nodes[index + 1])) text = text.trimEnd();
      return text === '' ? [] : [schema.text(text, spaced(text, node.marks))];
    });
  }
  return Fragment.fromArray(merged(nodes));
}

/** A mark on a space alone cannot be seen. */
const spaced = (text: string, marks: readonly Mark[]): readonly Mark[] =>
  text.trim() === '' ? marks.filter(({ type }) => type.name === 'link') : marks;

const writers = Object.fromEntries(CARES.map((care) => [care, writer(care)])) as Record<Care, MarkdownSerializer>;

function writer(care: Care): MarkdownSerializer {
  return new MarkdownSerializer(
    {
      paragraph: (state, node) => state.renderInline(node),
      heading: (state, node) => state.renderInline(node, false),
      text: (state, node) => {
        const bare = (state as { inAutolink?: boolean }).inAutolink;
        state.text(bare ? node.text! : escaped(node.text!, care), false);
      },
      picture: (state, { attrs }) => state.write(`![${String(attrs['name'])}]`),
      // A line without anything would end the paragraph.
      hard_break: (state, _node, parent, index) =>
        state.write(parent.maybeChild(index - 1)?.type.name === 'hard_break' ? '\\\n' : '\n'),
    },
    {
      em: { open: '*', close: '*', mixable: true, expelEnclosingWhitespace: true },
      strong: { open: '**', close: '**', mixable: true, expelEnclosingWhitespace: true },
      strike: { open: '~~', close: '~~', mixable: true, expelEnclosingWhitespace: true },
      code: {
        open: (_state, _mark, parent, index) => ticks(parent.child(index)),
        close: (_state, _mark, parent, index) => [...ticks(parent.child(index - 1))].reverse().join(''),
        escape: false,
      },
      link: {
        open(state, mark, parent, index) {
          const bare = isBare(mark, parent, index);
          (state as { inAutolink?: boolean }).inAutolink = bare;
          return bare ? '<' : '[';
        },
        close(state, mark) {
          const bare = (state as { inAutolink?: boolean }).inAutolink;
          (state as { inAutolink?: boolean }).inAutolink = false;
          return bare ? '>' : `](${target(mark)})`;
        },
      },
    },
  );
}

function ticks(node: Node): string {
  const longest = Math.max(0, ...[...node.text!.matchAll(/`+/g)].map(([run]) => run.length));
  const edge = /^`|`$|^ .* $/.test(node.text!) ? ' ' : '';
  return '`'.repeat(longest + 1) + edge;
}

function isBare(mark: Mark, parent: Node, index: number): boolean {
  const node = parent.child(index);
  const next = parent.maybeChild(index + 1);
  return (
    node.text === mark.attrs['href'] &&
    !mark.attrs['title'] &&
    node.marks.length === 1 &&
    !(next && mark.isInSet(next.marks))
  );
}

function target({ attrs }: Mark): string {
  const href = String(attrs['href']).replace(/[()<>\\]/g, '\\$&');
  return attrs['title'] ? `${href} "${String(attrs['title']).replace(/["\\]/g, '\\$&')}"` : href;
}

/** What at the start of a line makes a list, a heading, a quote, a line or a table of it. */
const STARTS = /^(\d*)([-+#>=|:.)])/gm;

function escaped(text: string, care: Care): string {
  if (care === 'plain' || care === 'starts of lines') return text;
  if (care === 'everything') return signs(text).replace(/[:.@]/g, '\\$&');
  let written = '';
  let from = 0;
  for (const [begin, end] of addresses(text)) {
    written += signs(text.slice(from, begin)) + text.slice(begin, end);
    from = end;
  }
  return written + signs(text.slice(from));
}

/** What becomes a link when the message is shown, as [begin, end]; in there a `\` would be part of the address. */
function addresses(text: string): [number, number][] {
  const found = (dialect.linkify.match(text) ?? []).map(({ index, lastIndex }): [number, number] => [index, lastIndex]);
  for (const { index } of text.matchAll(/[a-z][a-z0-9.+-]*:\/\//gi)) {
    const end = dialect.linkify.matchAtStart(text.slice(index))?.lastIndex ?? 0;
    if (end > 0) found.push([index, index + end]);
  }
  return found.sort(([a], [b]) => a - b).filter(([begin], at, all) => at === 0 || begin >= all[at - 1]![1]);
}

/** `!` before a link would make a picture of it, `&` before a name a letter. */
const signs = (text: string): string => text.replace(/[\\`*_~[\]<|]|!(?=$|\[)|&(?=#?\w+;)/g, '\\$&');
