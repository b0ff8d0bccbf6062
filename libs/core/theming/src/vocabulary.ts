import { markdownHtml, markdownText, type Picture } from './markdown.js';
import Handlebars from 'handlebars';
import { translate, type DateStyle, type MessageValues } from '@foyer/i18n';
import { linkedParagraphs } from './linked-paragraphs.js';
import { rendering } from './rendering.js';

const { escapeExpression, isEmpty } = Handlebars.Utils;
const safe = (html: string) => new Handlebars.SafeString(html);

interface Options {
  hash: Record<string, unknown>;
  lookupProperty(parent: unknown, name: string): unknown;
}

type Word = (...args: never[]) => unknown;

/**
 * The words of Foyer's templates, beside `if`, `unless`, `each` and `with`. They print, compare and format what the view
 * already holds; none fetches anything.
 */
export const vocabulary: Record<string, Word> = {
  t: (key: unknown, { hash }: Options) => translate(rendering().locale, scalar(key), plainValues(hash)),
  date: (value: unknown, style: unknown) =>
    blank(value)
      ? ''
      : rendering().formats.date(moment(value), isOptions(style) ? 'date' : (scalar(style) as DateStyle)),
  relative: (value: unknown) => (blank(value) ? '' : relativeTime(value)),
  number: (value: unknown, { hash }: Options) =>
    blank(value) ? '' : rendering().formats.number(Number(scalar(value)), isEmptyHash(hash) ? undefined : hash),
  fileSize: (bytes: unknown) => (blank(bytes) ? '' : rendering().formats.fileSize(Number(scalar(bytes)))),

  eq: (a: unknown, b: unknown) => a === b,
  ne: (a: unknown, b: unknown) => a !== b,
  gt: (a: unknown, b: unknown) => Number(scalar(a)) > Number(scalar(b)),
  lt: (a: unknown, b: unknown) => Number(scalar(a)) < Number(scalar(b)),
  not: (value: unknown) => !truthy(value),
  and: (...args: unknown[]) => operands(args).reduce((all, each) => (truthy(all) ? each : all), true),
  or: (...args: unknown[]) => operands(args).reduce((found, each) => (truthy(found) ? found : each), false),

  concat: (...args: unknown[]) => operands(args).map(scalar).join(''),
  array: (...args: unknown[]) => operands(args),
  object: ({ hash }: Options) => ({ ...hash }),
  includes: (haystack: unknown, needle: unknown) =>
    Array.isArray(haystack) ? haystack.includes(needle) : scalar(haystack).includes(scalar(needle)),
  lookup: (from: unknown, field: unknown, options: Options) =>
    from === null || from === undefined ? undefined : options.lookupProperty(from, scalar(field)),
  initials: (name: unknown) => initials(scalar(name)),

  csrf: () => safe(`<input type="hidden" name="_csrf" value="${escapeExpression(csrfToken())}">`),
  icon: (name: unknown, { hash }: Options) => safe(icon(scalar(name), hash)),
  markdown: (text: unknown, { hash }: Options) =>
    safe(
      markdownHtml(scalar(text), hash['pictures'] as readonly Picture[] | undefined) ?? linkedParagraphs(scalar(text)),
    ),
  plain: (text: unknown) => markdownText(scalar(text)),
  lines: (text: unknown) => safe(linkedParagraphs(scalar(text))),
  asset: (name: unknown, { hash }: Options) => {
    const { assets, origin } = rendering();
    return (hash.absolute ? origin : '') + assets.url(scalar(name));
  },
};

function relativeTime(value: unknown) {
  const { formats } = rendering();
  const at = new Date(moment(value));
  const [exact, words] = [formats.date(at, 'exact'), formats.relative(at)].map(escapeExpression);
  return safe(`<time datetime="${at.toISOString()}" title="${exact}">${words}</time>`);
}

function csrfToken(): string {
  const { csrf } = rendering();
  if (csrf === null) throw new Error('{{csrf}} needs page.csrf');
  return csrf;
}

function icon(name: string, { label, class: extra }: Record<string, unknown>): string {
  const { assets } = rendering();
  if (!assets.hasIcon(name)) throw new Error(`No icon "${name}" in the theme's icons folder`);
  const href = escapeExpression(`${assets.url('icons.svg')}#${name}`);
  const classes = escapeExpression(['icon', `icon-${name}`, ...(extra ? [scalar(extra)] : [])].join(' '));
  const meaning = label ? `role="img" aria-label="${escapeExpression(scalar(label))}"` : 'aria-hidden="true"';
  return `<svg class="${classes}" ${meaning} focusable="false"><use href="${href}"></use></svg>`;
}

/** Begins with a letter of its own, to which nothing that follows belongs: what most names do, and far quicker found out. */
const ONE_LETTER = /^[0-9A-Za-z\u00c0-\u024f\u0400-\u0481\u0620-\u064a\u4e00-\u9fff](?!\p{M}|\u200d)/u;
// Making one takes as long as a hundred faces.
const letters = new Intl.Segmenter();

/** Two letters for a face: first and last name, or the start of the only one. Works by letters people see, not by code units. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const picked = words.length > 1 ? [words[0]!, words.at(-1)!] : words;
  return picked
    .map((word) => (ONE_LETTER.test(word) ? word[0] : (letters.segment(word).containing(0)?.segment ?? '')))
    .join('')
    .toLocaleUpperCase();
}

/**
 * What may be printed. Lists and records print nothing: nested lists built by a template would otherwise turn into text
 * of any size, and "[object Object]" helps nobody.
 */
export function scalar(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (value instanceof Handlebars.SafeString) return value.toString();
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' || typeof value === 'function' ? '' : String(value);
}

function plainValues(hash: Record<string, unknown>): MessageValues {
  const values: MessageValues = {};
  for (const [name, value] of Object.entries(hash)) values[name] = typeof value === 'number' ? value : scalar(value);
  return values;
}

const moment = (value: unknown) => (value instanceof Date || typeof value === 'number' ? value : scalar(value));
const blank = (value: unknown) => value === null || value === undefined || value === '' || isOptions(value);
const truthy = (value: unknown) => Boolean(value) && !isEmpty(value);
const operands = (args: unknown[]) => args.slice(0, -1);
const isEmptyHash = (hash: Record<string, unknown>) => Object.keys(hash).length === 0;

function isOptions(value: unknown): value is Options {
  return typeof value === 'object' && value !== null && 'hash' in value && 'lookupProperty' in value;
}
