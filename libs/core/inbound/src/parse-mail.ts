import { type Address, readAddresses } from './addresses.js';
import { type Automatic, automaticOf } from './automatic.js';
import { type Bounce, readBounce } from './bounce.js';
import { type Invite } from './calendar.js';
import { collect, type MailAttachment } from './mail-content.js';
import { decodeHeader } from './encoded-words.js';
import { fold } from './fold.js';
import { readMessageIds } from './message-ids.js';
import { readParts } from './mime-part.js';

export interface InboundMail {
  /** `<…>`; empty when the mail has none. */
  messageId: string;
  inReplyTo: string;
  references: string[];
  from: Address | null;
  /** More than one mailbox, or more than one such header: nobody knows who that is. */
  ambiguousFrom: boolean;
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
  bounce: Bounce | null;
  /** Values of the X-Loop headers. */
  loops: string[];
}

const MAX_SUBJECT = 1_000;
const MAX_ADDRESS_HEADER = 100_000;

/**
 * Reads a mail as it came over the wire. Never throws: what is broken, hostile or missing becomes empty or stays as it
 * is, and no word of its text goes missing. Time and memory grow with its length, whatever is in it.
 * @param isOurs whether a Message-ID is one we gave: our own mail that comes back is a loop
 */
export function parseMail(raw: Uint8Array, isOurs: (messageId: string) => boolean = () => false): InboundMail {
  const mail = readParts(Buffer.isBuffer(raw) ? raw : Buffer.from(raw));
  const { headers } = mail;
  const content = collect(mail);
  const { text, quoted } = fold(content.lines);
  const addresses = (name: string) => readAddresses(headers.get(name).slice(0, MAX_ADDRESS_HEADER));
  const [messageId = ''] = readMessageIds(headers.get('message-id'));
  const subject = decodeHeader(headers.get('subject').slice(0, 20_000)).slice(0, MAX_SUBJECT).toWellFormed();
  const from = addresses('from').filter(({ address }) => address !== '');
  const bounce = readBounce(mail, content.lines.map((line) => line.text).join('\n'));
  return {
    messageId,
    inReplyTo: readMessageIds(headers.get('in-reply-to'))[0] ?? '',
    references: readMessageIds(headers.get('references')),
    from: from[0] ?? null,
    ambiguousFrom: from.length > 1 || headers.all('from').length > 1,
    replyTo: addresses('reply-to').find(({ address }) => address !== '') ?? null,
    to: addresses('to'),
    cc: addresses('cc'),
    subject,
    date: dateOf(headers.get('date')),
    text,
    quoted,
    hasHtml: content.hasHtml,
    attachments: content.attachments,
    invite: content.invite,
    auto: automaticOf(headers, subject, bounce !== null, messageId !== '' && isOurs(messageId)),
    bounce,
    loops: headers.all('x-loop').map((value) => decodeHeader(value).toLowerCase()),
  };
}

function dateOf(value: string): Date | null {
  const at = Date.parse(value.slice(0, 100).replace(/\([^)]*\)/g, ''));
  return Number.isNaN(at) ? null : new Date(at);
}
