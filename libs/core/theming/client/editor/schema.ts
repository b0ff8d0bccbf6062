import { type Attrs, Schema, type TagParseRule } from 'prosemirror-model';
import { dialect } from '../../src/markdown.js';

/** Where a link may lead: as the page that shows the message allows. Null for anything else. */
export function linkAddress(typed: string): string | null {
  const address = typed.trim();
  const whole = /^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/.test(address)
    ? `mailto:${address}`
    : /^[a-z][a-z0-9+.-]*:/i.test(address) && !/^[^/]+:\d+(?:\/|$)/.test(address)
      ? address
      : `https://${address}`;
  if (/\s/.test(address) || !dialect.validateLink(whole) || !URL.canParse(whole)) return null;
  return dialect.normalizeLink(whole);
}

/** Word processors say it by styles, which `pasting` keeps in `data-style`: the page lets no style of others in. */
const styled = (by: RegExp): TagParseRule => ({
  tag: '[data-style]',
  consuming: false,
  getAttrs: ({ dataset }) => by.test(dataset['style']!) && null,
});

const level = (node: { attrs: Attrs }) => '#'.repeat(Number(node.attrs['level']));

/**
 * What a message can hold, drawn as the page draws it. `source` is Markdown that has no shape here (a table, say): it is
 * shown as typed and goes back as typed.
 */
export const schema = new Schema({
  nodes: {
    doc: { content: 'block+' },
    paragraph: {
      content: 'inline*',
      group: 'block',
      parseDOM: [{ tag: 'p' }],
      toDOM: () => ['p', 0],
    },
    blockquote: {
      content: 'block+',
      group: 'block',
      defining: true,
      parseDOM: [{ tag: 'blockquote' }],
      toDOM: () => ['blockquote', 0],
    },
    bullet_list: {
      content: 'list_item+',
      group: 'block',
      attrs: { tight: { default: true } },
      parseDOM: [{ tag: 'ul' }],
      toDOM: () => ['ul', 0],
    },
    ordered_list: {
      content: 'list_item+',
      group: 'block',
      attrs: { order: { default: 1 }, tight: { default: true } },
      parseDOM: [{ tag: 'ol', getAttrs: (list) => ({ order: startOf(list) }) }],
      toDOM: ({ attrs }) => ['ol', { start: attrs['order'] === 1 ? null : String(attrs['order']) }, 0],
    },
    list_item: {
      content: 'block+',
      defining: true,
      parseDOM: [{ tag: 'li' }],
      toDOM: () => ['li', 0],
    },
    code_block: {
      content: 'text*',
      marks: '',
      group: 'block',
      code: true,
      defining: true,
      attrs: { info: { default: '' } },
      parseDOM: [{ tag: 'pre', preserveWhitespace: 'full' }],
      toDOM: () => ['pre', { dir: 'ltr' }, ['code', 0]],
    },
    source: {
      content: 'text*',
      marks: '',
      group: 'block',
      code: true,
      defining: true,
      toDOM: () => ['pre', { class: 'editor-source' }, ['code', 0]],
    },
    heading: {
      content: 'text*',
      group: 'block',
      defining: true,
      attrs: { level: { default: 3 } },
      parseDOM: [1, 2, 3, 4, 5, 6].map((depth) => ({ tag: `h${depth}`, attrs: { level: depth } })),
      toDOM: (node) => ['p', { class: 'editor-heading', 'data-level': level(node) }, ['strong', 0]],
    },
    horizontal_rule: { group: 'block', parseDOM: [{ tag: 'hr' }], toDOM: () => ['hr'] },
    text: { group: 'inline' },
    picture: {
      inline: true,
      group: 'inline',
      marks: '',
      attrs: { name: {} },
      toDOM: ({ attrs }) => [
        'img',
        { class: 'message-picture', alt: String(attrs['name']), 'data-picture': String(attrs['name']) },
      ],
    },
    hard_break: {
      inline: true,
      group: 'inline',
      selectable: false,
      linebreakReplacement: true,
      parseDOM: [{ tag: 'br' }],
      toDOM: () => ['br'],
    },
  },
  marks: {
    link: {
      attrs: { href: {}, title: { default: null } },
      inclusive: false,
      parseDOM: [{ tag: 'a[href]', getAttrs: linkOf }],
      toDOM: ({ attrs }) => ['a', { href: String(attrs['href']), title: attrs['title'] as string | null }, 0],
    },
    strong: {
      parseDOM: [
        { tag: 'strong' },
        // Google Docs wraps what is copied in a <b> that is not bold.
        { tag: 'b', getAttrs: (tag) => !/font-weight:\s*normal/.test(tag.dataset['style'] ?? '') && null },
        styled(/font-weight:\s*(?:bold|[6-9]00)/),
      ],
      toDOM: () => ['strong', 0],
    },
    em: { parseDOM: [{ tag: 'em' }, { tag: 'i' }, styled(/font-style:\s*italic/)], toDOM: () => ['em', 0] },
    strike: {
      parseDOM: [{ tag: 's' }, { tag: 'del' }, { tag: 'strike' }, styled(/text-decoration[a-z-]*:[^;]*line-through/)],
      toDOM: () => ['s', 0],
    },
    code: { code: true, excludes: 'strong em strike', parseDOM: [{ tag: 'code' }], toDOM: () => ['code', 0] },
  },
});

function startOf(list: HTMLElement): number {
  const start = Number(list.getAttribute('start') ?? 1);
  return Number.isInteger(start) && start >= 0 && start <= 999_999_999 ? start : 1;
}

function linkOf(anchor: HTMLElement): Attrs | false {
  const written = anchor.getAttribute('href') ?? '';
  const href = /^(?:https?:|mailto:)/i.test(written.trim()) ? linkAddress(written) : null;
  return href !== null && { href, title: anchor.getAttribute('title') };
}
