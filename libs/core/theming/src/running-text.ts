/** What stands in the middle of a sentence and is no part of it: addresses, which become links, and telephone numbers. */

const ADDRESS = /https?:\/\/[^\s<>"\u00ab\u00bb\u201c-\u201f]+/giy;
const closing = new Set([..."|.,;:!?)]}»”’'…،؛؟。、"]);

/** How long an address is that begins there; 0 where none does. It ends before what closes the sentence around it. */
export function addressLength(text: string, from: number): number {
  ADDRESS.lastIndex = from;
  const url = withoutClosing(ADDRESS.exec(text)?.[0] ?? '');
  return URL.canParse(url) ? url.length : 0;
}

// "(see https://example.com/a)." ends the sentence, not the address; "…/wiki/Foo_(bar)" keeps its bracket.
function withoutClosing(url: string): string {
  let end = url.length;
  const [opened, closed] = [count(url, '('), count(url, ')')];
  let cut = 0;
  while (end > 0 && closing.has(url[end - 1]!)) {
    if (url[end - 1] === ')') {
      if (opened >= closed - cut) break;
      cut += 1;
    }
    end--;
  }
  return url.slice(0, end);
}

const count = (text: string, character: string) => text.split(character).length - 1;

const TELEPHONE = /(?<![\p{L}\p{N}-])(?:\+|00)\d[\d ()./\u00a0-]{5,30}\d(?![\p{L}\p{N}])/gu;

/** Escaped text in which numbers to call run from left to right, whatever runs around them. */
export const withTelephones = (html: string): string => html.replace(TELEPHONE, '<bdi dir="ltr">$&</bdi>');
