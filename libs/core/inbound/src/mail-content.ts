import { type Invite, inviteLine, readInvite } from './calendar.js';
import { decodeText } from './charsets.js';
import { decodeHeader } from './encoded-words.js';
import { fold } from './fold.js';
import { HtmlLines } from './html-lines.js';
import type { Line } from './line.js';
import { contentOf, type MimePart } from './mime-part.js';
import { plainLines } from './plain-lines.js';
import { readTnef } from './tnef.js';
import { readUuencoded } from './uuencoded.js';

export interface MailAttachment {
  name: string;
  type: string;
  content: Buffer;
  /** Shown in the middle of the text by mail programs. */
  inline: boolean;
  contentId: string;
}
export interface MailContent {
  lines: Line[];
  hasHtml: boolean;
  attachments: MailAttachment[];
  invite: Invite | null;
}

const MAX_ATTACHMENTS = 100;
/** Of two versions of a text, to tell whether they are. */
const MAX_COMPARED = 100_000;
/** What proves who wrote a mail is for programs. */
const SIGNATURES = new Set([
  'application/pkcs7-signature',
  'application/x-pkcs7-signature',
  'application/pgp-signature',
  'application/pgp-keys',
]);
/** What a report about a mail repeats of it. */
const REPORTED = new Set([
  'message/delivery-status',
  'message/disposition-notification',
  'text/rfc822-headers',
  'message/feedback-report',
]);

/** The text of a mail and what hangs on it. */
export function collect(mail: MimePart): MailContent {
  const content: MailContent = { lines: [], hasHtml: false, attachments: [], invite: null };
  walk(mail, content, mail.type === 'multipart/report');
  if (content.lines.length === 0) showNamed(mail, content);
  if (content.invite)
    content.lines.push(
      ...[
        { text: '', depth: 0 },
        { text: inviteLine(content.invite), depth: 0 },
      ],
    );
  return content;
}

function walk(part: MimePart, content: MailContent, report: boolean): void {
  const { type, parts } = part;
  if (parts.length > 0) {
    if (type === 'multipart/alternative') alternative(part, content);
    else for (const inner of parts) walk(inner, content, report);
    return;
  }
  if (SIGNATURES.has(type) || (report && (REPORTED.has(type) || type === 'message/rfc822'))) return;
  const attached = part.disposition === 'attachment' || part.name !== '';
  if (type === 'text/calendar') calendar(part, content);
  else if (type === 'text/plain' && !attached) plainText(part, content);
  else if (type === 'text/html' && !attached) {
    content.hasHtml = true;
    append(content, HtmlLines.read(textOf(part)));
  } else if (type === 'application/ms-tnef' || /^winmail\.dat$/i.test(part.name)) tnef(part, content);
  else attach(part, content);
}

/** A text with a name is a file, unless there is no other text: then some program gave a name to what was written. */
function showNamed(mail: MimePart, content: MailContent): void {
  const named = leavesOf(mail).find(
    ({ type, disposition, name }) =>
      (type === 'text/plain' || type === 'text/html') && disposition !== 'attachment' && name !== '',
  );
  if (!named) return;
  const at = content.attachments.findIndex(({ name, type }) => name === named.name && type === named.type);
  if (at >= 0) content.attachments.splice(at, 1);
  walk({ ...named, name: '' }, content, false);
}

const leavesOf = (part: MimePart): MimePart[] => (part.parts.length > 0 ? part.parts.flatMap(leavesOf) : [part]);

/** The plain one, if it says what the other says; what is no version of the text, like an invitation, beside it. */
function alternative({ parts }: MimePart, content: MailContent): void {
  const isText = ({ type, disposition, name }: MimePart) =>
    (type === 'text/plain' || type === 'text/html') && disposition !== 'attachment' && name === '';
  const texts = (wanted: string) => parts.flatMap(leavesOf).filter((part) => part.type === wanted && isText(part));
  const says = saysAsMuch(texts('text/plain').map(textOf).join('\n'), texts('text/html'));
  for (const part of parts) {
    const leaves = leavesOf(part);
    if (part.type === 'text/x-amp-html' || part.type === 'text/watch-html' || part.type === 'text/enriched') continue;
    if (!says && part.type === 'text/plain' && isText(part)) continue;
    if (!says || !leaves.some(({ type }) => type === 'text/html')) walk(part, content, false);
    else {
      content.hasHtml = true;
      for (const inner of leaves) if (inner.type !== 'text/html' || !isText(inner)) walk(inner, content, false);
    }
  }
}

/**
 * Whether a plain text is a version of what the HTML says, and no “your program cannot show this”. Programs that make one of
 * another lose which cell of a table a word stood in, and what was crossed out: then the HTML is read.
 */
function saysAsMuch(plain: string, html: readonly MimePart[]): boolean {
  if (plain.trim() === '') return html.length === 0;
  const lines = html.map((part) => HtmlLines.read(textOf(part)));
  const shown = lines.map((part) => fold(part, 'reply').text).join('\n');
  const formed = new Set(lines.flat().flatMap(({ text, formed }) => (formed ? [text] : [])));
  if (formed.size > 0 && shown.split('\n').some((line) => formed.has(line))) return false;
  const wanted = wordsOf(shown.replace(/<(?:https?|mailto|tel):[^>]*>/gi, ' '));
  if (wanted.size === 0) return true;
  const given = wordsOf(plain);
  let missing = 0;
  for (const word of wanted) if (!given.has(word)) missing++;
  return missing <= wanted.size / 2;
}

/** Where nothing stands between words, their letters. */
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{N}])+/gu;
const wordsOf = (text: string): Set<string> => new Set(text.slice(0, MAX_COMPARED).toLowerCase().match(WORD));

function append(content: MailContent, lines: Line[]): void {
  if (lines.every(({ text }) => text.trim() === '')) return;
  if (content.lines.length > 0) content.lines.push({ text: '', depth: 0 });
  for (const line of lines) content.lines.push(line);
}

function plainText(part: MimePart, content: MailContent): void {
  const flowed = part.parameters.get('format')?.toLowerCase() === 'flowed';
  const { text, files } = readUuencoded(textOf(part));
  append(content, plainLines(text, { flowed, delSp: part.parameters.get('delsp')?.toLowerCase() === 'yes' }));
  for (const file of files) keep(content, { ...file, ...BARE });
}

const textOf = (part: MimePart): string => decodeText(contentOf(part), part.parameters.get('charset'));

function calendar(part: MimePart, content: MailContent): void {
  content.invite ??= readInvite(textOf(part));
  if (content.attachments.some(({ type }) => type === 'text/calendar')) return;
  attach(part, content, 'invite.ics');
}

function tnef(part: MimePart, content: MailContent): void {
  const found = readTnef(contentOf(part));
  if (!found) return attach(part, content, 'winmail.dat');
  if (content.lines.every(({ text }) => text.trim() === ''))
    append(content, found.text ? plainLines(found.text) : HtmlLines.read(found.html));
  const files = found.attachments.filter(({ content: bytes }) => bytes.length > 0);
  for (const { name, content: bytes } of files) keep(content, { name: name || 'attachment', content: bytes, ...BARE });
  // What could not be read is not lost.
  if (!found.whole || files.length < found.attachments.length) attach(part, content, 'winmail.dat');
}

function attach(part: MimePart, content: MailContent, standard = ''): void {
  const contentId = part.headers.get('content-id').replace(/^<|>$/g, '').slice(0, 500);
  const name = part.name || standard || nameOf(part);
  const inline = part.disposition === 'inline' || (part.disposition === '' && contentId !== '');
  keep(content, { name: name.slice(0, 1_000), type: part.type, content: contentOf(part), inline, contentId });
}

function keep(content: MailContent, attachment: MailAttachment): void {
  if (content.attachments.length < MAX_ATTACHMENTS) content.attachments.push(attachment);
}

/** A name for what came without one. */
function nameOf(part: MimePart): string {
  if (part.type === 'message/rfc822') {
    const subject = /^subject:(.*(?:\r?\n[ \t].*)*)/im.exec(part.raw.toString('latin1', 0, 20_000))?.[1] ?? '';
    return `${decodeHeader(subject.replace(/\r?\n[ \t]+/g, ' ')).slice(0, 100) || 'message'}.eml`;
  }
  const [family, kind = ''] = part.type.split('/');
  const ending = ENDINGS.get(part.type) ?? (/^[a-z0-9]{2,5}$/.test(kind) ? kind : 'bin');
  return `${family === 'image' ? 'image' : 'attachment'}.${ending}`;
}

const BARE = { type: 'application/octet-stream', inline: false, contentId: '' };
const ENDINGS = new Map([
  ['image/jpeg', 'jpg'],
  ['text/plain', 'txt'],
  ['application/octet-stream', 'bin'],
  ['application/msword', 'doc'],
  ['application/x-zip-compressed', 'zip'],
  ['audio/mpeg', 'mp3'],
]);
