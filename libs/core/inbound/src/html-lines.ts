import { Tokenizer } from 'htmlparser2';
import { HtmlList, indent } from './html-list.js';
import { lookOf } from './html-style.js';
import { HtmlTable } from './html-table.js';
import type { Line } from './line.js';
import { raised } from './raised.js';

/** Elements whose end is the end of a line. */
const BLOCK = new Set(
  'address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section table tbody tfoot thead tr ul'.split(
    ' ',
  ),
);
const UNSEEN = new Set(['head', 'script', 'style', 'template', 'title', 'xml']);
const VOID = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '));
const QUOTES =
  /\b(?:gmail_quote|protonmail_quote|yahoo_quoted|zmail_extra|ms-outlook-mobile-reference-message|moz-cite|tutanota_quote)\b/;
const SIGNATURES =
  /\b(?:gmail_signature|moz-signature|ms-outlook-mobile-signature|applemailsignature|protonmail_signature_block|zmail_signature|k9mail-signature)\b/;
const ANNOUNCES = /\b(?:gmail_attr|moz-cite-prefix|yahoo_quoted_begin)\b/;
/** Deeper elements are read but their ends are not looked for: nobody writes like that, but somebody may attack like that. */
const MAX_DEPTH = 500;
const LOOK_BACK = 50;
const STRUCK = new Set(['s', 'strike', 'del']);
const LISTS = new Set(['ol', 'ul', 'menu']);
const CELLS = new Set(['td', 'th']);
/** What ends where another of its kind begins, and within what. */
const ENDS = new Map<string, { ends: ReadonlySet<string>; within: ReadonlySet<string> }>([
  ['li', { ends: new Set(['li']), within: LISTS }],
  ['td', { ends: CELLS, within: new Set(['table', 'tr']) }],
  ['th', { ends: CELLS, within: new Set(['table', 'tr']) }],
  ['tr', { ends: new Set(['tr']), within: new Set(['table']) }],
]);

interface Open {
  name: string;
  quote: boolean;
  signature: boolean;
  announces: boolean;
  unseen: boolean;
  struck: boolean;
  raised: boolean;
  list: HtmlList | null;
  table: HtmlTable | null;
  link: Link | null;
}

/** A link and where its words begin: with which piece of which line. */
interface Link {
  href: string;
  line: number;
  piece: number;
}

/** Longer words of a link are no address, and longer addresses are compared by their beginning. */
const COMPARED = 500;

/** Reads HTML as lines of text, knowing what was quoted, a signature, hidden. One pass; nothing in it is ever run or shown. */
export class HtmlLines {
  private readonly lines: Line[] = [];
  private readonly open: Open[] = [];
  private current: string[] = [];
  /** The innermost: no browser knows links in links, and each word is looked at for one of them alone. */
  private link: Link | null = null;
  private counts = { quote: 0, signature: 0, announces: 0, unseen: 0, pre: 0, struck: 0, raised: 0, items: 0 };
  private readonly lists: HtmlList[] = [];
  /** What stands before the next words: a number, a dash. */
  private marker = '';
  private striking = false;
  private table: HtmlTable | null = null;
  /** Whether the line means something by how it looks: a row of a table, words crossed out. */
  private formed = false;
  private tag = '';
  private attributes = new Map<string, string>();
  private attribute = '';
  private value: string[] = [];
  private blank = true;

  static read(html: string): Line[] {
    const reader = new HtmlLines();
    reader.run(html);
    return reader.lines;
  }

  private run(html: string): void {
    const piece = (start: number, end: number) => html.slice(start, end);
    const tokenizer: Tokenizer = new Tokenizer(
      { decodeEntities: true },
      {
        ontext: (start, end) => this.text(piece(start, end)),
        ontextentity: (code) => this.text(String.fromCodePoint(code)),
        onopentagname: (start, end) => this.begin(piece(start, end)),
        onattribname: (start, end) => (this.attribute = piece(start, end).toLowerCase()),
        onattribdata: (start, end) => this.value.push(piece(start, end)),
        onattribentity: (code) => this.value.push(String.fromCodePoint(code)),
        onattribend: () => this.endAttribute(),
        onopentagend: () => this.opened(),
        onselfclosingtag: () => this.opened(),
        onclosetag: (start, end) => this.close(piece(start, end).toLowerCase()),
        oncdata: (start, end) => this.text(piece(start, end)),
        oncomment: () => undefined,
        ondeclaration: () => undefined,
        onprocessinginstruction: () => undefined,
        onend: () => undefined,
      },
    );
    tokenizer.write(html);
    tokenizer.end();
    this.endLine();
    this.endTable();
  }

  private begin(name: string): void {
    this.tag = name.toLowerCase();
    this.attributes = new Map();
  }

  private endAttribute(): void {
    if (this.attributes.size < 50 && !this.attributes.has(this.attribute))
      this.attributes.set(this.attribute, this.value.join(''));
    this.value = [];
  }

  private opened(): void {
    const name = this.tag;
    const end = ENDS.get(name);
    if (end) this.implyEnd(end.ends, end.within);
    const element = this.element(name);
    if (name === 'br') this.endLine();
    else if (name === 'img' && !element.unseen) this.text(this.attributes.get('alt') ?? '');
    else if (CELLS.has(name)) this.text(' ');
    if (BLOCK.has(name)) this.endLine(true);
    if (VOID.has(name) || this.open.length >= MAX_DEPTH) return;
    this.open.push(element);
    if (element.link) this.link = element.link;
    this.count(element, 1);
    if (this.counts.unseen > 0) return;
    if (name === 'li') this.item();
    if (name === 'p') this.gap();
    this.place(element);
  }

  /** What holds tables, or lines that are to stay lines, lays out a page and is no table of data. */
  private place(element: Open): void {
    const { name, quote, signature, announces } = element;
    if (name === 'table') {
      const laidOut = /^(?:presentation|none)$/i.test(this.attributes.get('role') ?? '');
      this.table = element.table = laidOut ? null : new HtmlTable(this.lines.length);
    } else if (quote || signature || announces || name === 'pre') this.table = null;
    else if (name === 'tr') this.table?.beginRow();
    else if (CELLS.has(name))
      this.table?.beginCell(name === 'th', this.spanned('colspan', 30), this.spanned('rowspan', 1_000));
  }

  private item(): void {
    const marker = this.lists.at(-1)?.marker(this.attributes.get('value')) ?? '- ';
    this.marker = (this.marker || indent(this.lists.length)) + marker;
  }

  private spanned(attribute: string, most: number): number {
    const count = Number(/^\s*(\d{1,4})\s*$/.exec(this.attributes.get(attribute) ?? '')?.[1] ?? 1);
    return Math.min(Math.max(count, 1), most);
  }

  private endTable(): void {
    const { table } = this;
    this.table = null;
    const rows = table?.lines();
    if (!table || !rows) return;
    this.lines.length = table.from;
    for (const row of rows) {
      this.formed = true;
      this.push(row);
    }
  }

  private implyEnd(ends: ReadonlySet<string>, within: ReadonlySet<string>): void {
    for (let at = this.open.length - 1; at >= 0 && at >= this.open.length - LOOK_BACK; at--) {
      const { name } = this.open[at]!;
      if (within.has(name)) return;
      if (!ends.has(name)) continue;
      if (BLOCK.has(name)) this.endLine(true);
      return this.end(at);
    }
  }

  private element(name: string): Open {
    const marks = `${this.attributes.get('class') ?? ''} ${this.attributes.get('id') ?? ''}`
      .toLowerCase()
      .slice(0, 500);
    const style = this.attributes.get('style') ?? '';
    const look = lookOf(style);
    const cited =
      name === 'blockquote' &&
      (this.attributes.get('type') === 'cite' || this.attributes.has('cite') || /border-left/i.test(style));
    // Gmail’s container holds answers between its quotes; only the blockquotes in it are somebody else’s words.
    const contained = QUOTES.test(marks) && (name === 'blockquote' || !marks.includes('gmail_quote'));
    const href = name === 'a' ? (this.attributes.get('href') ?? '').trim() : '';
    return {
      name,
      quote: cited || (contained && !marks.includes('moz-cite-prefix')) || this.attributes.get('name') === 'quote',
      signature: SIGNATURES.test(marks) || (name === 'div' && this.attributes.get('id') === 'Signature'),
      announces: ANNOUNCES.test(marks),
      unseen: UNSEEN.has(name) || look.hidden || this.attributes.has('hidden'),
      struck: STRUCK.has(name) || look.struck,
      raised: name === 'sup',
      list: LISTS.has(name) ? new HtmlList(name === 'ol', this.attributes) : null,
      table: null,
      link: /^(?:https?|mailto|tel):/i.test(href)
        ? { href, line: this.lines.length, piece: this.current.length }
        : null,
    };
  }

  private count(element: Open, by: 1 | -1): void {
    if (element.quote) this.counts.quote += by;
    if (element.signature) this.counts.signature += by;
    if (element.announces) this.counts.announces += by;
    if (element.unseen) this.counts.unseen += by;
    if (element.raised) this.counts.raised += by;
    if (element.name === 'pre') this.counts.pre += by;
    if (element.name === 'li') this.counts.items += by;
    if (element.struck) this.counts.struck += by;
    if (this.counts.struck === 0) this.endStriking();
    if (element.list && by > 0) this.lists.push(element.list);
    else if (element.list) this.lists.pop();
  }

  private close(name: string): void {
    if (BLOCK.has(name)) this.endLine(true);
    for (let at = this.open.length - 1; at >= 0 && at >= this.open.length - LOOK_BACK; at--) {
      if (this.open[at]!.name !== name) continue;
      this.end(at);
      break;
    }
    if (name === 'p') this.gap();
  }

  /** Ends an open element and all that are open in it. */
  private end(at: number): void {
    for (const element of this.open.splice(at).reverse()) {
      if (element.table && element.table === this.table) this.endTable();
      if (element.link && element.link === this.link) this.follow(element.link);
      this.count(element, -1);
      if (element.name === 'li') this.marker = '';
    }
  }

  /** Writes a link's address behind its words, where the words are not the address. */
  private follow({ href, line, piece }: Link): void {
    this.link = null;
    const label = this.current
      .slice(line === this.lines.length ? piece : 0)
      .join('')
      .trim()
      .slice(0, COMPARED);
    // What a link is called may stand in its address and still not be it: a tracking number's page, a redirection.
    if (label && bare(label) !== bare(href) && !label.includes(href)) this.text(` <${href}>`);
  }

  private text(content: string): void {
    if (this.counts.unseen > 0 || content === '') return;
    if (this.counts.pre > 0) {
      const [first = '', ...rest] = content.split(/\r\n|\n|\r/);
      this.add(first);
      for (const line of rest) {
        this.endLine();
        this.add(line);
      }
      return;
    }
    const spaced = content.replace(/[ \t\r\n\f]+/g, ' ');
    const shown = this.counts.raised > 0 ? raised(spaced) : spaced;
    this.add(this.blank ? shown.trimStart() : shown);
  }

  private add(text: string): void {
    if (text === '') return;
    if (this.marker !== '' && text.trim() !== '') {
      const marker = this.marker;
      this.marker = '';
      this.put(marker);
    } else if (this.counts.items > 0 && this.current.length === 0 && this.counts.pre === 0 && text.trim() !== '') {
      // A further line of an item stands under its words.
      this.put(indent(this.lists.length + 1));
    }
    if (this.counts.struck > 0 && !this.striking && text.trim() !== '') {
      this.striking = this.formed = true;
      this.put(`${/^\s*/.exec(text)![0]}~~${text.trimStart()}`);
    } else this.put(text);
    this.blank = text.endsWith(' ');
  }

  private put(text: string): void {
    this.current.push(text);
    this.table?.add(text);
  }

  /** What is crossed out stands between marks, within each line. */
  private endStriking(): void {
    if (!this.striking) return;
    this.striking = false;
    this.put('~~');
  }

  /** An empty line, but never two. */
  private gap(): void {
    this.endLine(true);
    if ((this.lines.at(-1)?.text ?? '').replace(/[> ]/g, '') !== '') this.push('');
  }

  private endLine(onlyIfBegun = false): void {
    this.endStriking();
    this.table?.endLine();
    const text = this.current.join('').replaceAll('\u00a0', ' ');
    this.current = [];
    this.blank = true;
    if (onlyIfBegun && text.trim() === '') return;
    this.push(text);
  }

  private push(text: string): void {
    const depth = Math.min(this.counts.quote, 50);
    const line = text === '-- ' || text === '--' ? text : text.trimEnd();
    this.lines.push({
      text: depth > 0 ? `${'>'.repeat(depth)} ${line}`.trimEnd() : line,
      depth,
      signature: this.counts.signature > 0,
      announces: this.counts.announces > 0,
      formed: this.formed,
    });
    this.formed = false;
  }
}

/** An address as people write it. */
const bare = (address: string): string =>
  address
    .slice(0, COMPARED)
    .replace(/^(?:mailto:|tel:|https?:\/\/)/i, '')
    .replace(/^www\./i, '')
    .replace(/\/$/, '')
    .toLowerCase();
