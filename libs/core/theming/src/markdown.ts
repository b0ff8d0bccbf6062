import markdownIt from 'markdown-it';
import { addressLength, withTelephones } from './running-text.js';

/**
 * What people write, with the little Markdown they know: **bold**, lists, quotes, code, links. HTML stays text, links lead
 * only where a reader expects (http, https, mailto), pictures from elsewhere are not fetched: they would tell their sender
 * who reads when.
 */
export const dialect = markdownIt('default', { html: false, linkify: true, breaks: true, typographer: false }).disable([
  'image',
  'html_block',
  'html_inline',
  // `&nbsp;` is what somebody typed, and so it is shown.
  'entity',
]);

/** Signs between letters and digits are part of the word: `M8*20*1` is a size, `__init__` and `file_name` are names. */
const { State } = dialect.inline;
const inWord = /[\p{L}\p{N}]/u;
dialect.inline.State = class extends State {
  override scanDelims(start: number, canSplitWord: boolean) {
    const found = super.scanDelims(start, canSplitWord);
    const [before, after] = [this.src[start - 1] ?? ' ', this.src[start + found.length] ?? ' '];
    const isSize = inWord.test(before) && inWord.test(after) && (found.length === 1 || /\d/.test(before + after));
    return this.src[start] === '_' || isSize ? { ...found, can_open: false, can_close: false } : found;
  }
};
/** `![name]`: a picture that goes along with the message stands here, under the name of its file. */
const PICTURE = /!\[([^[\]\n]{1,200}\.(?:png|jpe?g|gif|webp|avif))\]/iy;
dialect.inline.ruler.before('link', 'picture', (state, silent) => {
  PICTURE.lastIndex = state.pos;
  const [whole, name] = PICTURE.exec(state.src) ?? [];
  if (whole === undefined) return false;
  if (!silent) state.push('picture', 'img', 0).content = name!;
  state.pos += whole.length;
  return true;
});
dialect.renderer.rules['picture'] = (tokens, index, _options, env) => {
  const { content } = tokens[index]!;
  const { escapeHtml } = dialect.utils;
  const picture = (env as { pictures?: readonly Picture[] } | undefined)?.pictures?.find(
    ({ name, image }) => image && stemOf(name) === stemOf(content),
  );
  if (!picture) return `[${escapeHtml(content)}]`;
  const [href, alt] = [escapeHtml(picture.href), escapeHtml(picture.name)];
  return `<a href="${href}"><img class="message-picture" src="${href}" alt="${alt}" loading="lazy"></a>`;
};
/** What a picture is called before its ending, which goes by its content once it is kept. */
const stemOf = (name: string): string => name.replace(/\.\w+$/, '').toLowerCase();

const allowed = /^(?:https?:\/\/|mailto:)/i;
dialect.validateLink = (url) => allowed.test(url.trim());
// The library's own rule ends hosts at a % or a _, and links to what it has left of them.
for (const scheme of ['http:', 'https:'])
  dialect.linkify.add(scheme, {
    validate: (text, at) => Math.max(0, addressLength(text, at - scheme.length) - scheme.length),
  });
const { normalizeLinkText } = dialect;
// What does not decode to letters is shown as it was typed.
dialect.normalizeLinkText = (url) => {
  const shown = normalizeLinkText(url);
  return shown.includes('\ufffd') ? url : shown;
};
dialect.renderer.rules.text = (tokens, index) => withTelephones(dialect.utils.escapeHtml(tokens[index]!.content));
// Code runs from left to right in every language.
for (const rule of ['code_inline', 'code_block', 'fence'] as const) {
  const render = dialect.renderer.rules[rule]!;
  dialect.renderer.rules[rule] = (...args) => render(...args).replace(/^<(?:pre|code)/, '$& dir="ltr"');
}
// Headings of a message must not stand beside those of the page.
dialect.renderer.rules.heading_open = () => '<p dir="auto"><strong>';
dialect.renderer.rules.heading_close = () => '</strong></p>\n';
dialect.renderer.rules.link_open = (tokens, index, options, _env, self) => {
  tokens[index]!.attrSet('rel', 'nofollow noopener noreferrer');
  return self.renderToken(tokens, index, options);
};
// A line in another script runs its own way; what stands inside a list or a quote follows it.
for (const block of ['paragraph_open', 'bullet_list_open', 'ordered_list_open', 'blockquote_open'])
  dialect.renderer.rules[block] = (tokens, index, options, _env, self) => {
    if (tokens[index]!.level === 0) tokens[index]!.attrSet('dir', 'auto');
    return self.renderToken(tokens, index, options);
  };
dialect.renderer.rules.table_open = () => '<div class="table-wrap"><table class="table">';
dialect.renderer.rules.table_close = () => '</table></div>';

/** A file of a message, and whether browsers show it. */
export interface Picture {
  name: string;
  href: string;
  image: boolean;
}

/** Markdown → safe HTML, with the pictures that stand in it. Longer texts than 50,000 characters are shown as they are. */
export const markdownHtml = (text: string, pictures: readonly Picture[] = []): string | null =>
  text.length > 50_000 ? null : dialect.render(text, { pictures });

/** What Markdown says, in one line and without its signs: for lists of mails and the like. */
export function markdownText(text: string): string {
  if (text.length > 50_000) return text;
  return dialect
    .parse(text, {})
    .flatMap((token) => token.children ?? [token])
    .map(({ type, content }) =>
      /^(?:softbreak|hardbreak)$|_close$/.test(type) && !/^(?:em|strong|s|link)_/.test(type) ? ' ' : content,
    )
    .join('')
    .replace(/\s+/g, ' ')
    .trim();
}
