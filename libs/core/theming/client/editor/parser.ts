import { MarkdownParser } from 'prosemirror-markdown';
import type { Node } from 'prosemirror-model';
import { dialect } from '../../src/markdown.js';
import { schema } from './schema.js';

type Tokenizer = typeof dialect;
type Token = ReturnType<Tokenizer['parse']>[number];

/** Addresses that become links only when the message is shown stay the text they are. */
const tokenizer = {
  parse(markdown: string, env: Record<string, unknown>): Token[] {
    const tokens = dialect.parse(markdown, env);
    for (const token of tokens)
      if (token.children) token.children = token.children.filter(({ markup }) => markup !== 'linkify');
    return tokens;
  },
};

/** Whether the paragraphs right in a list's items stand without a gap. */
function tight(tokens: Token[], at: number): boolean {
  const { level } = tokens[at]!;
  const end = tokens.findIndex((token, index) => index > at && token.level === level);
  const first = tokens.slice(at, end).find((token) => token.type === 'paragraph_open' && token.level === level + 2);
  return first?.hidden ?? true;
}

const parser = new MarkdownParser(schema, tokenizer as Tokenizer, {
  paragraph: { block: 'paragraph' },
  blockquote: { block: 'blockquote' },
  bullet_list: { block: 'bullet_list', getAttrs: (_, tokens, at) => ({ tight: tight(tokens, at) }) },
  ordered_list: {
    block: 'ordered_list',
    getAttrs: (token, tokens, at) => ({ order: Number(token.attrGet('start') ?? 1), tight: tight(tokens, at) }),
  },
  list_item: { block: 'list_item' },
  heading: { block: 'heading', getAttrs: ({ tag }) => ({ level: Number(tag.slice(1)) }) },
  code_block: { block: 'code_block', noCloseToken: true },
  fence: { block: 'code_block', getAttrs: ({ info }) => ({ info }), noCloseToken: true },
  hr: { node: 'horizontal_rule' },
  picture: { node: 'picture', getAttrs: ({ content }) => ({ name: content }) },
  hardbreak: { node: 'hard_break' },
  softbreak: { node: 'hard_break' },
  em: { mark: 'em' },
  strong: { mark: 'strong' },
  s: { mark: 'strike' },
  link: { mark: 'link', getAttrs: (token) => ({ href: token.attrGet('href'), title: token.attrGet('title') }) },
  code_inline: { mark: 'code', noCloseToken: true },
});

/** The document as the reader of Markdown has it; null where it has no shape for something. */
export function parsed(markdown: string): Node | null {
  try {
    const doc = parser.parse(markdown);
    doc.check();
    return doc;
  } catch {
    return null;
  }
}
