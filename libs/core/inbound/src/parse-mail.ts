import { type Address, readAddresses, readAuthor } from './addresses.js';
import { type Automatic, automaticOf, isQuiet, isSpam } from './automatic.js';
import { type Bounce, readBounce, readReport } from './bounce.js';
import { type Invite } from './calendar.js';
import { collect, type MailAttachment } from './mail-content.js';
import { decodeHeader } from './encoded-words.js';
import { fold } from './fold.js';
import { readMessageIds } from './message-ids.js';
import { type MimePart, readParts } from './mime-part.js';
import { turnOf } from './turn.js';
import { shownLine } from './shown-line.js';

export interface InboundMail {
  /** `<…>`; empty when the mail has none. */
  messageId: string;
  inReplyTo: string;
  references: string[];
  /** Null when its From is not one plain mailbox. */
  from: Address | null;
  /** There is a From, and nobody knows whom it means: more than one mailbox, or more than one such header. */
  ambiguousFrom: boolean;
  /** Null when it is not one plain mailbox. */
  replyTo: Address | null;
  to: Address[];
  cc: Address[];
  subject: string;
  date: Date | null;
  /** What the person wrote. */
  text: string;
  /** What their program repeated of earlier mails, and the signature. */
  quoted: string;
  hasHtml: boolean;
  attachments: MailAttachment[];
  invite: Invite | null;
  auto: Automatic;
  /** It asks for no automatic answers. */
  quiet: boolean;
  /** A mail server on its way took it for spam. */
  spam: boolean;
  bounce: Bounce | null;
  /** Values of the X-Loop headers. */
  loops: string[];
}

const MAX_SUBJECT = 1_000;
const MAX_ADDRESS_HEADER = 100_000;

/** What is known of a mail beside the mail. */
export interface Circumstances {
  /** Whether a Message-ID is one we gave: our own mail that comes back is a loop. */
  isOurs?: (messageId: string) => boolean;
  /** Of the SMTP envelope; empty for `<>`. Left out where nobody knows. */
  envelopeFrom?: string;
}

/**
 * Reads a mail as it came over the wire. Never throws: what is broken, hostile or missing becomes empty or stays as it
 * is, and no word of its text goes missing. Time and memory grow with its length, whatever is in it.
 */
export function parseMail(raw: Uint8Array, { isOurs = () => false, envelopeFrom }: Circumstances = {}): InboundMail {
  const mail = readParts(Buffer.isBuffer(raw) ? raw : Buffer.from(raw));
  const { headers } = mail;
  const content = collect(mail);
  const addresses = (name: string) => readAddresses(headers.get(name).slice(0, MAX_ADDRESS_HEADER));
  const [messageId = ''] = readMessageIds(headers.get('message-id'));
  const subject = shownLine(decodeHeader(headers.get('subject').slice(0, 20_000), charsetOf(mail)))
    .slice(0, MAX_SUBJECT)
    .toWellFormed();
  const answers = headers.has('in-reply-to') || headers.has('references');
  const { text, quoted } = fold(content.lines, turnOf(subject, answers));
  const limited = (name: string) => headers.all(name).map((value) => value.slice(0, MAX_ADDRESS_HEADER));
  const from = readAuthor(limited('from'));
  const nullSender = envelopeFrom === '';
  const bounce = readBounce(mail, content.lines.map((line) => line.text).join('\n'), nullSender);
  const report = bounce ? 'bounce' : readReport(mail);
  return {
    messageId,
    inReplyTo: readMessageIds(headers.get('in-reply-to'))[0] ?? '',
    references: readMessageIds(headers.get('references')),
    from,
    ambiguousFrom: from === null && headers.all('from').some((value) => value.includes('@')),
    replyTo: readAuthor(limited('reply-to')),
    to: addresses('to'),
    cc: addresses('cc'),
    subject,
    date: dateOf(headers.get('date')),
    text,
    quoted,
    hasHtml: content.hasHtml,
    attachments: content.attachments,
    invite: content.invite,
    auto: automaticOf(headers, { subject, report, nullSender, ours: messageId !== '' && isOurs(messageId) }),
    quiet: isQuiet(headers),
    spam: isSpam(headers),
    bounce,
    loops: headers.all('x-loop').map((value) => decodeHeader(value).toLowerCase()),
  };
}

/** Of the first text that names one. */
function charsetOf(part: MimePart): string {
  const own = part.type.startsWith('text/') ? part.parameters.get('charset') : undefined;
  if (own) return own;
  for (const inner of part.parts) {
    const found = charsetOf(inner);
    if (found) return found;
  }
  return '';
}

function dateOf(value: string): Date | null {
  const at = Date.parse(value.slice(0, 100).replace(/\([^)]*\)/g, ''));
  return Number.isNaN(at) ? null : new Date(at);
}
