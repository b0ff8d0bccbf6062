import type { Node } from 'prosemirror-model';
import { inlineMarkdown, tidyInline } from './write-inline.js';

/** The Markdown of a document: what its writer sees is what the page that shows it makes of it. */
export const markdownOf = (doc: Node): string => blocks(doc, false).join('\n');

function blocks(parent: Node, tight: boolean): string[] {
  const lines: string[] = [];
  let before: Node | null = null;
  let alike = 0;
  for (const block of withoutEmpty(parent)) {
    alike = before?.type === block.type ? alike + 1 : 0;
    if (before && !(tight && canFollow(before, block))) lines.push('');
    lines.push(...linesOf(block, alike % 2 === 1));
    before = block;
  }
  return lines;
}

/** Nothing written is nothing to Markdown; one block alone keeps a quote or an item from vanishing. */
function withoutEmpty(parent: Node): Node[] {
  const kept = parent.children.filter((block) => !isEmpty(block, parent));
  return kept.length > 0 ? kept : parent.children.slice(0, 1);
}

/** `- - -` would be a line across. */
const isEmpty = (block: Node, parent: Node): boolean =>
  block.type.name === 'paragraph'
    ? tidyInline(block).size === 0
    : isList(block) && parent.type.name === 'list_item' && block.textContent.trim() === '';

/** In a tight list, what can stand under another block without a gap and yet is not part of it. */
function canFollow(before: Node, block: Node): boolean {
  if (!['bullet_list', 'ordered_list', 'blockquote', 'code_block'].includes(block.type.name)) return false;
  if (before.type.name !== 'paragraph') return before.type.name === 'code_block';
  // Only a list that begins with 1 and with words can end a paragraph.
  const begin = isList(block) ? withoutEmpty(block.firstChild!)[0]! : block;
  return (block.attrs['order'] ?? 1) === 1 && begin.textContent.trim() !== '';
}

const isList = ({ type }: Node): boolean => type.name.endsWith('_list');

/** @param other whether a block of the same kind stands right before, so that two lists must not become one */
function linesOf(block: Node, other: boolean): string[] {
  switch (block.type.name) {
    case 'blockquote':
      return blocks(block, false).map((line) => `> ${line}`.trimEnd());
    case 'bullet_list':
      return items(block, () => (other ? '* ' : '- '));
    case 'ordered_list':
      return items(block, (index) => `${Number(block.attrs['order']) + index}${other ? ')' : '.'} `);
    case 'code_block':
      return fenced(block);
    case 'source':
      return block.textContent.split('\n');
    case 'heading':
      return [`${'#'.repeat(Number(block.attrs['level']))} ${inlineMarkdown(block)}`];
    case 'horizontal_rule':
      return ['___'];
    default:
      return inlineMarkdown(block).split('\n');
  }
}

function items(list: Node, marker: (index: number) => string): string[] {
  const tight = Boolean(list.attrs['tight']) && list.children.every(isTight);
  return list.children.flatMap((item, index) => {
    const mark = marker(index);
    const [first = '', ...rest] = blocks(item, tight);
    const indented = rest.map((line) => (line === '' ? '' : ' '.repeat(mark.length) + line));
    return [...(index > 0 && !tight ? [''] : []), (mark + notAcross(mark, first)).trimEnd(), ...indented];
  });
}

/** The sign of an item and those it begins with must not make a line across the page of them. */
const notAcross = (mark: string, first: string): string =>
  /^([-*])(?:\s*\1){2,}$/.test(mark + first) ? `\\${first}` : first;

/** Two paragraphs need a gap between them, and a gap makes the list a loose one. */
const isTight = (item: Node): boolean =>
  withoutEmpty(item).every((block, index, all) => index === 0 || canFollow(all[index - 1]!, block));

function fenced(block: Node): string[] {
  const text = block.textContent;
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return [fence + String(block.attrs['info']), ...(text === '' ? [] : text.split('\n')), fence];
}
