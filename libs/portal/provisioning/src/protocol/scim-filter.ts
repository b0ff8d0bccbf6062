import { ScimFault } from './scim-fault.js';

/** What is compared with; `pr`: whether it is there at all. */
export type Operator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le' | 'pr';
export type Value = string | number | boolean | null;
export type Filter =
  | { is: 'compare'; path: string; operator: Operator; value: Value }
  | { is: 'some'; path: string; of: Filter; sub: string | null; operator: Operator | null; value: Value }
  | { is: 'and'; all: Filter[] }
  | { is: 'or'; all: Filter[] }
  | { is: 'not'; one: Filter };

const LONGEST = 2_000;
const DEEPEST = 10;
const MOST_TERMS = 30;
const OPERATORS = new Set(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le', 'pr']);
/** One token each, from where the last one ended: nothing is looked at twice. */
const TOKEN =
  /[ \t]*(?:(?<sign>[()[\]])|(?<text>"(?:[^"\\]|\\.)*")|(?<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.:-])|(?<word>[A-Za-z$][\w$.:-]*|\.[A-Za-z$][\w$]*))/y;
const PATH = /^(?:urn:[\w.:$-]+|[A-Za-z$][\w$-]*(?:\.[A-Za-z$][\w$-]*)?)$/;

type Token = { kind: 'sign' | 'text' | 'number' | 'word'; text: string };

const wrong = (detail: string): ScimFault => new ScimFault(400, 'invalidFilter', detail);

/**
 * A filter of RFC 7644, 3.4.2.2. Bounded in length, depth and terms, and read once from left to right. @throws ScimFault invalidFilter
 */
export function parseFilter(text: string): Filter {
  if (text.length > LONGEST) throw wrong(`A filter has at most ${LONGEST} characters.`);
  const reader = new Reader(tokensOf(text));
  const filter = reader.either(0);
  reader.mustEnd();
  return filter;
}

/** `attribute`, `attribute.sub`, `attribute[filter]` or `attribute[filter].sub`, as PATCH has them (RFC 7644, 3.5.2). */
export interface Path {
  name: string;
  filter: Filter | null;
  sub: string | null;
}

/** @throws ScimFault invalidPath */
export function parsePath(text: string): Path {
  const bad = new ScimFault(400, 'invalidPath', `“${text.slice(0, 100)}” is not a path.`);
  if (text.length > LONGEST) throw bad;
  const open = text.indexOf('[');
  if (open === -1) {
    if (!PATH.test(text)) throw bad;
    return { name: text, filter: null, sub: null };
  }
  const close = text.lastIndexOf(']');
  const [name, rest] = [text.slice(0, open), text.slice(close + 1)];
  const isWhole = close > open && PATH.test(name) && (rest === '' || /^\.[A-Za-z$][\w$]*$/.test(rest));
  if (!isWhole) throw bad;
  try {
    return { name, filter: parseFilter(text.slice(open + 1, close)), sub: rest.slice(1) || null };
  } catch {
    throw bad;
  }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const at = TOKEN.lastIndex;
    const groups = TOKEN.exec(trimmed)?.groups;
    if (!groups) throw wrong(`Unreadable from character ${at + 1} on.`);
    const [kind, read] = Object.entries(groups).find(([, value]) => value !== undefined)!;
    tokens.push({ kind: kind as Token['kind'], text: read! });
  }
  return tokens;
}

class Reader {
  private at = 0;
  private terms = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  mustEnd(): void {
    if (this.at < this.tokens.length) throw wrong(`“${this.tokens[this.at]!.text.slice(0, 40)}” is not expected here.`);
  }

  either(depth: number): Filter {
    return this.joined('or', () => this.joined('and', () => this.term(depth)));
  }

  private joined(word: 'and' | 'or', read: () => Filter): Filter {
    const all = [read()];
    while (this.takes('word', word)) all.push(read());
    return all.length === 1 ? all[0]! : { is: word, all };
  }

  private term(depth: number): Filter {
    if (depth > DEEPEST) throw wrong(`A filter is at most ${DEEPEST} levels deep.`);
    const next = this.tokens[this.at + 1];
    if (this.sees('word', 'not') && next?.kind === 'sign' && next.text === '(') {
      this.at += 1;
      return { is: 'not', one: this.grouped(depth) };
    }
    if (this.sees('sign', '(')) return this.grouped(depth);
    return this.comparison(depth);
  }

  private grouped(depth: number): Filter {
    this.must('sign', '(');
    const inner = this.either(depth + 1);
    this.must('sign', ')');
    return inner;
  }

  private comparison(depth: number): Filter {
    this.terms += 1;
    if (this.terms > MOST_TERMS) throw wrong(`A filter has at most ${MOST_TERMS} comparisons.`);
    const path = this.word();
    if (!PATH.test(path)) throw wrong(`“${path.slice(0, 60)}” is not an attribute.`);
    if (!this.takes('sign', '[')) return { is: 'compare', path, ...this.compared() };
    const of = this.either(depth + 1);
    this.must('sign', ']');
    const after = this.tokens[this.at];
    if (after?.kind !== 'word' || !after.text.startsWith('.'))
      return { is: 'some', path, of, sub: null, operator: null, value: null };
    this.at += 1;
    return { is: 'some', path, of, sub: after.text.slice(1), ...this.compared() };
  }

  private compared(): { operator: Operator; value: Value } {
    const operator = this.word().toLowerCase();
    if (!OPERATORS.has(operator)) throw wrong(`“${operator.slice(0, 40)}” is not an operator.`);
    return { operator: operator as Operator, value: operator === 'pr' ? null : this.value() };
  }

  private value(): Value {
    const token = this.tokens[this.at];
    this.at += 1;
    if (token?.kind === 'number') return Number(token.text);
    if (token?.kind === 'text') return textOf(token.text);
    const word = token?.kind === 'word' ? token.text.toLowerCase() : '';
    if (word === 'true' || word === 'false') return word === 'true';
    if (word === 'null') return null;
    throw wrong('A value is a text in quotes, a number, true, false or null.');
  }

  private word(): string {
    const token = this.tokens[this.at];
    this.at += 1;
    if (token?.kind !== 'word') throw wrong('The filter ends too early, or has no attribute where one is expected.');
    return token.text;
  }

  private sees(kind: Token['kind'], text: string): boolean {
    const token = this.tokens[this.at];
    return token?.kind === kind && token.text.toLowerCase() === text;
  }

  private takes(kind: Token['kind'], text: string): boolean {
    const there = this.sees(kind, text);
    if (there) this.at += 1;
    return there;
  }

  private must(kind: Token['kind'], text: string): void {
    if (!this.takes(kind, text)) throw wrong(`“${text}” is missing.`);
  }
}

/** PostgreSQL keeps no NUL and no halves of characters, so that nothing has them. */
function textOf(quoted: string): string {
  try {
    return (JSON.parse(quoted) as string).replaceAll('\u0000', '').toWellFormed().normalize('NFC');
  } catch {
    throw wrong('A text is written as in JSON.');
  }
}
