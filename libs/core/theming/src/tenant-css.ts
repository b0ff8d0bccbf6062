import { createRequire } from 'node:module';
import type { CssNode } from 'css-tree';

/** Loaded by whoever checks a stylesheet: few processes ever do, and it takes ten megabytes. */
const cssTree = () => createRequire(import.meta.url)('css-tree') as typeof import('css-tree');

export interface CssProblem {
  line: number;
  reason: string;
}

const MAX_BYTES = 100 * 1024;
const MAX_NESTING = 50;
const SHOWN = 20;

/** At-rules that only choose when or how rules apply. What loads, renames or reorders the theme's layers is not among them. */
const AT_RULES = new Set([
  'media',
  'supports',
  'container',
  'keyframes',
  '-webkit-keyframes',
  'page',
  'property',
  'starting-style',
]);
/** Old ways to run a program out of a stylesheet. */
const PROGRAMS = new Set(['behavior', '-moz-binding']);
const LOADERS = new Set(['url', 'src', 'image', 'image-set', '-webkit-image-set', 'expression']);

/**
 * What is wrong with the CSS a tenant wrote; empty = it may be published. It may style everything, but load nothing from
 * elsewhere, leave its layer, or lay itself over the page.
 */
export function checkCss(css: unknown): CssProblem[] {
  if (typeof css !== 'string') return [{ line: 1, reason: 'CSS is text' }];
  if (Buffer.byteLength(css) > MAX_BYTES)
    return [{ line: 1, reason: `Longer than ${MAX_BYTES.toLocaleString('en')} bytes` }];
  const problems: CssProblem[] = [];
  const refuse = (node: CssNode | null, reason: string) =>
    void problems.push({ line: node?.loc?.start.line ?? 1, reason });
  if (/<\/style|<!--/i.test(css)) refuse(null, 'HTML has no place here');
  problems.push(...brackets(css));
  if (problems.length > 0) return problems;

  const { parse, walk } = cssTree();
  const tree = parse(css, {
    positions: true,
    parseCustomProperty: true,
    onParseError: (error) => void problems.push({ line: error.line, reason: `Not valid CSS: ${error.message}` }),
  });
  walk(tree, (node) => {
    switch (node.type) {
      case 'Atrule':
        if (!AT_RULES.has(plain(node.name))) refuse(node, `@${node.name} is not available`);
        break;
      case 'Declaration':
        if (PROGRAMS.has(plain(node.property))) refuse(node, `${node.property} is not available`);
        if (plain(node.property) === 'position' && /fixed|var\(/.test(textOf(node.value))) {
          refuse(node, 'position: fixed could cover the page');
        }
        break;
      case 'Url':
        if (!isOwnAddress(node.value)) refuse(node, `${node.value.slice(0, 80)} is not on this portal`);
        break;
      case 'Function':
        if (LOADERS.has(plain(node.name))) refuse(node, `${node.name}() is not available`);
        break;
      case 'Raw':
        // What the parser could not make sense of is not looked at by the checks above, so it may not hold what they look for.
        if (/url|src|image|expression|import|[\\@]/i.test(node.value))
          refuse(node, `Not understood: ${node.value.trim().slice(0, 80)}`);
        break;
    }
  });
  return problems.sort((a, b) => a.line - b.line).slice(0, SHOWN);
}

/** An identifier as a browser reads it: escapes resolved, case folded. */
function plain(identifier: string): string {
  return identifier
    .replace(/\\([0-9a-f]{1,6})\s?|\\(.)/gi, (_, hex?: string, character?: string) =>
      hex ? String.fromCodePoint(Math.min(Number.parseInt(hex, 16), 0x10ffff)) : (character ?? ''),
    )
    .toLowerCase();
}

function textOf(value: CssNode): string {
  let text = '';
  cssTree().walk(value, (node) => {
    if (node.type === 'Identifier' || node.type === 'Function')
      text += ` ${plain(node.name)}${node.type === 'Function' ? '(' : ''}`;
    else if (node.type === 'Raw') text += ` ${plain(node.value)}`;
  });
  return text;
}

/** Absolute paths of this portal, places within a sprite, and small pictures in the address itself (SVG can carry scripts). */
function isOwnAddress(address: string): boolean {
  if (/^data:image\/(png|jpeg|gif|webp|avif);base64,[A-Za-z0-9+/=]*$/.test(address)) return true;
  return /^(?:\/(?![/\\])|#)[^\s\\]*$/.test(address);
}

/** Every bracket closed in its order, so that a tenant's CSS cannot end the layer it is put into. */
function brackets(css: string): CssProblem[] {
  const closing: Record<string, string> = { '{': '}', '(': ')', '[': ']' };
  const open: { expected: string; line: number }[] = [];
  let line = 1;
  // Comments and strings are passed over whole; an escaped character is never a bracket.
  for (const [token] of css.matchAll(
    /\/\*[\s\S]*?(?:\*\/|$)|"(?:\\[\s\S]|[^"\\\n])*(?:"|$|(?=\n))|'(?:\\[\s\S]|[^'\\\n])*(?:'|$|(?=\n))|\\[\s\S]?|[{}()[\]\n]/g,
  )) {
    if (token.startsWith('/*') && (!token.endsWith('*/') || token.length < 4))
      return [{ line, reason: 'A comment is not closed' }];
    if (/^["']/.test(token) && (token.length < 2 || token.at(-1) !== token[0]))
      return [{ line, reason: 'A text is not closed' }];
    if (closing[token]) open.push({ expected: closing[token], line });
    else if (/^[})\]]$/.test(token) && open.pop()?.expected !== token)
      return [{ line, reason: `There is a ${token} too many` }];
    if (open.length > MAX_NESTING) return [{ line, reason: 'Nested too deeply' }];
    line += token.split('\n').length - 1;
  }
  const unclosed = open.at(-1);
  return unclosed ? [{ line: unclosed.line, reason: `A ${unclosed.expected} is missing` }] : [];
}
