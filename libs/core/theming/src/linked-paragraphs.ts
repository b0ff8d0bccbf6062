import Handlebars from 'handlebars';
import { addressLength, withTelephones } from './running-text.js';

const { escapeExpression } = Handlebars.Utils;

const beginning = /https?:\/\//gi;

/** Plain text as people type it → paragraphs, line breaks, indented lines and links. Everything is escaped; links are http(s) only. */
export function linkedParagraphs(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replace(/^\n+|\n+$/g, ''))
    .filter((paragraph) => paragraph.trim() !== '')
    .map((paragraph) => `<p dir="auto">${paragraph.split('\n').map(indented).map(linked).join('<br>')}</p>`)
    .join('\n');
}

function linked(line: string): string {
  let html = '';
  let from = 0;
  for (const { index } of line.matchAll(beginning)) {
    const length = index < from ? 0 : addressLength(line, index);
    if (length === 0) continue;
    html += words(line.slice(from, index)) + link(line.slice(index, index + length));
    from = index + length;
  }
  return html + words(line.slice(from));
}

/** How far a line stands in tells what it belongs to, as in lists in lists; pages fold blanks. */
const MAX_INDENT = 40;
const indented = (line: string): string =>
  line.replace(/^[ \t]+/, (blanks) =>
    '\u00a0'.repeat(
      Math.min(
        [...blanks].reduce((width, one) => width + (one === '\t' ? 4 : 1), 0),
        MAX_INDENT,
      ),
    ),
  );

const words = (text: string): string => withTelephones(escapeExpression(text));

function link(url: string): string {
  const escaped = escapeExpression(url);
  return `<a href="${escaped}" rel="noopener noreferrer nofollow ugc">${escaped}</a>`;
}
