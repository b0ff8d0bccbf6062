import { type Invite, inviteLine, readInvite } from './calendar.js';
import { decodeText } from './charsets.js';
import { decodeHeader } from './encoded-words.js';
import { HtmlLines } from './html-lines.js';
import type { Line } from './line.js';
import { contentOf, type MimePart } from './mime-part.js';
import { plainLines } from './plain-lines.js';
import { readTnef } from './tnef.js';

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
  else if (type === 'text/plain' && !attached) append(content, linesOfPlain(part));
  else if (type === 'text/html' && !attached) {
    content.hasHtml = true;
    append(content, HtmlLines.read(textOf(part)));
  } else if (type === 'application/ms-tnef' || /^winmail\.dat$/i.test(part.name)) tnef(part, content);
  else attach(part, content);
}

/** The plain one, if it says anything; what is no version of the text, like an invitation, beside it. */
function alternative({ parts }: MimePart, content: MailContent): void {
  const leaf = (part: MimePart): MimePart[] => (part.parts.length > 0 ? part.parts.flatMap(leaf) : [part]);
  const isText = ({ type, disposition, name }: MimePart) =>
    (type === 'text/plain' || type === 'text/html') && disposition !== 'attachment' && name === '';
  const plain = parts.flatMap(leaf).filter((part) => part.type === 'text/plain' && isText(part));
  const says = plain.some((part) => textOf(part).trim() !== '');
  for (const part of parts) {
    const leaves = leaf(part);
    if (part.type === 'text/x-amp-html' || part.type === 'text/watch-html' || part.type === 'text/enriched') continue;
    if (!says || !leaves.some(({ type }) => type === 'text/html')) walk(part, content, false);
    else {
      content.hasHtml = true;
      for (const inner of leaves) if (inner.type !== 'text/html' || !isText(inner)) walk(inner, content, false);
    }
  }
}

function append(content: MailContent, lines: Line[]): void {
  if (lines.every(({ text }) => text.trim() === '')) return;
  if (content.lines.length > 0) content.lines.push({ text: '', depth: 0 });
  for (const line of lines) content.lines.push(line);
}

function linesOfPlain(part: MimePart): Line[] {
  const flowed = part.parameters.get('format')?.toLowerCase() === 'flowed';
  return plainLines(textOf(part), { flowed, delSp: part.parameters.get('delsp')?.toLowerCase() === 'yes' });
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
  if (content.lines.every(({ text }) => text.trim() === '')) append(content, plainLines(found.text));
  for (const { name, content: bytes } of found.attachments)
    keep(content, {
      name: name || 'attachment',
      type: 'application/octet-stream',
      content: bytes,
      inline: false,
      contentId: '',
    });
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
  const ending = ENDINGS[part.type] ?? (/^[a-z0-9]{2,5}$/.test(kind) ? kind : 'bin');
  return `${family === 'image' ? 'image' : 'attachment'}.${ending}`;
}

const ENDINGS: Record<string, string> = {
  'image/jpeg': 'jpg',
  'text/plain': 'txt',
  'application/octet-stream': 'bin',
  'application/msword': 'doc',
  'application/x-zip-compressed': 'zip',
  'audio/mpeg': 'mp3',
};
