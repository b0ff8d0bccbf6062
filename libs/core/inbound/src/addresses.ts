import { domainToASCII, domainToUnicode } from 'node:url';
import addressparser from 'nodemailer/lib/addressparser';
import { decodeText } from './charsets.js';
import { decodeHeader } from './encoded-words.js';
import { shownLine } from './shown-line.js';

export interface Address {
  name: string;
  /** In lower case; empty when there was none. */
  address: string;
}

const MAX_ADDRESSES = 200;
const MAX_NAME = 1_000;
const MAILBOX = /^[^\s\p{C}@<>()[\]\\,;:"]{1,64}@[^\s\p{C}@<>()[\]\\,;:"]{1,255}$/u;
/** Not as the same domain is otherwise written: with a label that is empty, or a full stop that only looks like one. */
const OTHERWISE_WRITTEN = /@(?:\.|[^@]*(?:\.\.|[\u3002\uff0e\uff61\u2024]|\.$))/u;
const ADDRESS_IN_TEXT = /[^\s<>()[\],;:"']+@[^\s<>()[\],;:"']+/g;
const REMARK = String.raw`(?:\([^()<>@,;:"\\]*\)\s*)?`;
const PLAIN = new RegExp(
  String.raw`^\s*(?:(?:"(?:[^"\\]|\\.)*"|[^"()<>,;:\\]*)\s*${REMARK}<\s*([^\s<>]+)\s*>|([^\s"()<>,;:\\]+)\s*${REMARK})\s*$`,
  's',
);

/**
 * Addresses out of a header, by the parser with which mailauth reads the same header: whoever it says was authenticated is
 * whom we see. Members of groups stand for themselves.
 */
export function readAddresses(header: string): Address[] {
  return addressparser(decodeText(Buffer.from(header, 'latin1')), { flatten: true })
    .slice(0, MAX_ADDRESSES)
    .map(({ name, address }) => ({ name: decodeName(name), address: mailboxOf(address) }))
    .filter(({ name, address }) => name !== '' || address !== '');
}

/**
 * Who wrote a mail; null unless its From is one plain mailbox. Of anything else (several addresses or lines, groups, a name
 * that shows another address) some reader sees another person than the one whose domain signed it (security 59).
 */
export function readAuthor(headers: readonly string[]): Address | null {
  const [header, ...others] = headers;
  if (header === undefined || others.length > 0) return null;
  const match = PLAIN.exec(decodeText(Buffer.from(header, 'latin1')));
  const [author, ...more] = readAddresses(header);
  if (!match || !author?.address || more.length > 0 || mailboxOf(match[1] ?? match[2]!) !== author.address) return null;
  const shown = [...author.name.matchAll(ADDRESS_IN_TEXT)].map(([address]) => inDns(lowerCase(address)));
  return shown.every((address) => address === author.address) ? author : null;
}

/** The mailbox as accounts have it; empty when it is none. */
export function mailboxOf(text: string): string {
  const address = text.trim().replace(/^mailto:/i, '');
  return MAILBOX.test(address) && !OTHERWISE_WRITTEN.test(address) ? inDns(lowerCase(address)) : '';
}

/**
 * A domain of any script as the DNS has it (RFC 5891), so that both ways to write it are one person. What is only made to look like
 * a domain (full width, a Kelvin sign) would become that domain: it stays what it is.
 */
function inDns(address: string): string {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  const known = domainToASCII(domain);
  return known !== '' && domainToUnicode(known) === domain ? address.slice(0, -domain.length) + known : address;
}

/** Only of A to Z: to make a Kelvin sign a k would make one mailbox of two. */
const lowerCase = (text: string) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

const decodeName = (name: string) =>
  shownLine(decodeHeader(Buffer.from(name.slice(0, MAX_NAME)).toString('latin1')).toWellFormed());
