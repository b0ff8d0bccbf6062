import Handlebars from 'handlebars';

const { escapeExpression } = Handlebars.Utils;

const address = /https?:\/\/[^\s<>"]+/gi;
const closing = new Set([...".,;:!?)]}»”’'"]);

/** Plain text as people type it → paragraphs, line breaks and links. Everything is escaped; links are http(s) only. */
export function linkedParagraphs(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replace(/^\n+|\n+$/g, ''))
    .filter((paragraph) => paragraph.trim() !== '')
    .map((paragraph) => `<p dir="auto">${paragraph.split('\n').map(linked).join('<br>')}</p>`)
    .join('\n');
}

function linked(line: string): string {
  let html = '';
  let from = 0;
  for (const match of line.matchAll(address)) {
    const url = withoutClosing(match[0]);
    html += escapeExpression(line.slice(from, match.index)) + link(url);
    from = match.index + url.length;
  }
  return html + escapeExpression(line.slice(from));
}

function link(url: string): string {
  if (!URL.canParse(url)) return escapeExpression(url);
  const escaped = escapeExpression(url);
  return `<a href="${escaped}" rel="noopener noreferrer nofollow ugc">${escaped}</a>`;
}

// "(see https://example.com/a)." ends the sentence, not the address; "…/wiki/Foo_(bar)" keeps its bracket.
function withoutClosing(url: string): string {
  let end = url.length;
  while (end > 0 && closing.has(url[end - 1]!)) {
    const candidate = url.slice(0, end);
    if (candidate.endsWith(')') && count(candidate, '(') >= count(candidate, ')')) break;
    end--;
  }
  return url.slice(0, end);
}

const count = (text: string, character: string) => text.split(character).length - 1;
