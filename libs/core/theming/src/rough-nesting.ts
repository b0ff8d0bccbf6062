/**
 * How deep blocks or brackets of a template nest at most, read character by character in linear time and without
 * understanding the rest. May count a little too much where a template is broken, never too little.
 */
export function roughNesting(source: string): number {
  const counter = new NestingCounter();
  let at = 0;
  for (;;) {
    const open = source.indexOf('{{', at);
    if (open === -1) return counter.deepest;
    if (isEscaped(source, open)) at = open + 2;
    else if (source.startsWith('{{!', open)) at = endOfComment(source, open);
    else at = readMustache(source, open + 2, counter);
  }
}

class NestingCounter {
  deepest = 0;
  /** For each open block, how many `else if` it has: each nests in the one before. */
  private readonly blocks: number[] = [];
  private depth = 0;

  open(): void {
    this.blocks.push(1);
    this.grow(1);
  }

  chain(): void {
    this.blocks.push((this.blocks.pop() ?? 0) + 1);
    this.grow(1);
  }

  close(): void {
    this.depth -= this.blocks.pop() ?? 0;
  }

  brackets(depth: number): void {
    this.deepest = Math.max(this.deepest, depth);
  }

  private grow(by: number): void {
    this.depth += by;
    this.deepest = Math.max(this.deepest, this.depth);
  }
}

// \{{ is text, \\{{ is a backslash and a mustache.
const isEscaped = (source: string, at: number) => source[at - 1] === '\\' && source[at - 2] !== '\\';

function endOfComment(source: string, open: number): number {
  const ending = source.startsWith('{{!--', open) ? /--~?\}\}/g : /\}\}/g;
  ending.lastIndex = open + 3;
  return ending.test(source) ? ending.lastIndex : source.length;
}

const quotes: Record<string, string> = { '"': '"', "'": "'", '[': ']' };

function readMustache(source: string, start: number, counter: NestingCounter): number {
  const head = source.slice(start, start + 60).replace(/^[~{&]*/, '');
  if (head.startsWith('#') || head.startsWith('^')) counter.open();
  else if (head.startsWith('/')) counter.close();
  else if (/^\s*else\s+[^\s~}]/.test(head)) counter.chain();
  let brackets = 0;
  let at = start;
  while (at < source.length) {
    const character = source[at]!;
    if (character === '}' && source[at + 1] === '}') return at + 2;
    const quote = quotes[character];
    if (quote) at = endOfQuoted(source, at + 1, quote);
    else {
      if (character === '(') counter.brackets(++brackets);
      if (character === ')') brackets--;
      at++;
    }
  }
  return at;
}

function endOfQuoted(source: string, start: number, quote: string): number {
  for (let at = start; at < source.length; at++) {
    if (source[at] === '\\' && source[at + 1] === quote) at++;
    else if (source[at] === quote) return at + 1;
  }
  return source.length;
}
