import type { Node } from 'prosemirror-model';
import { dialect } from '../../src/markdown.js';
import { parsed } from './parser.js';
import { schema } from './schema.js';
import { markdownOf } from './write.js';

/** A message's Markdown as a document whose Markdown is shown alike. Whatever would not be stays as it was typed. */
export function documentOf(markdown: string): Node {
  const lines = markdown.replace(/\r\n?/g, '\n').split('\n');
  const blocks: Node[] = [];
  for (const { level, map, nesting } of dialect.parse(lines.join('\n'), {})) {
    if (level > 0 || nesting < 0 || !map) continue;
    const piece = lines
      .slice(...map)
      .join('\n')
      .replace(/\n+$/, '');
    const doc = parsed(piece);
    if (doc && alike(doc, piece)) blocks.push(...doc.children);
    else blocks.push(source(piece));
  }
  const doc = schema.node('doc', null, blocks.length > 0 ? blocks : [schema.node('paragraph')]);
  return alike(doc, lines.join('\n')) ? doc : schema.node('doc', null, [source(lines.join('\n'))]);
}

const alike = (doc: Node, markdown: string): boolean => dialect.render(markdownOf(doc)) === dialect.render(markdown);

const source = (text: string): Node => schema.node('source', null, text === '' ? [] : [schema.text(text)]);
