import { decodeText } from './charsets.js';
import { decodeHeader } from './encoded-words.js';
import { HeaderFields } from './header-fields.js';
import { readMessageIds } from './message-ids.js';
import { contentOf, type MimePart } from './mime-part.js';

/** What a mail server says became of a mail of ours (RFC 3464, and what came before it). */
export interface Bounce {
  recipient: string;
  /** `5.1.1`; empty when it does not say. */
  status: string;
  action: 'failed' | 'delayed' | 'delivered';
  /** The server’s words. */
  reason: string;
  originalMessageId: string;
  /** What else it names that may be the mail: what it answers, and what it quotes. */
  otherMessageIds: string[];
}

const SYSTEM = /(?:^|<)(?:mailer[-_.]?daemon|postmaster|mail[-_.]?daemon)@/i;
const SUBJECT =
  /^(?:re: )?(?:undeliver|undelivered|delivery (?:status notification|failure|has failed|report|notification|problem|error)|mail delivery|mail could not be delivered|mail system error|message (?:undeliverable|not delivered)|returned (?:mail|to sender)|returning message|failure notice|failed mail|rejected:|email rejected|nondeliverable|unzustellbar|nicht zustellbar|nicht zugestellt|non remis|échec de la remise|message non distribué|no se puede entregar|no se pudo entregar|no entregado|mancata consegna|impossibile recapitare|não é possível entregar|falha na entrega|onbestelbaar|kunde inte levereras|kunne ikke leveres|niedostarcz|nedoručiteln|недоставлен|не удалось доставить|iletilemedi|تعذر (?:تسليم|التسليم)|系统退信|退信|无法投递|無法傳送|メッセージを配信できません|配信不能|배달되지 않|delivery incomplete|warning: message .* delayed)/i;
/** Of a head that was pasted into the text, quoted or not. */
const QUOTED_ID = /^[> \t]{0,40}message-id:[ \t]{0,40}(<[^\s<>]{1,900}>)/gim;
const MAX_OTHER = 50;
const COPY =
  /^(?:-{3,} ?(?:this is a copy of|below this line is a copy|original message|the body of the message|forwarded message)|this is a copy of the message)/im;

/** What bounced; null when the mail is no report. @param nullSender came with the envelope sender `<>` */
export function readBounce(mail: MimePart, text: string, nullSender: boolean): Bounce | null {
  const parts = [...within(mail)];
  const report = parts.find(
    ({ type }) => type === 'message/delivery-status' || type === 'message/global-delivery-status',
  );
  const otherMessageIds = othersOf(mail, text);
  if (report) return { ...standard(report, parts), otherMessageIds };
  const { headers } = mail;
  const fromSystem = SYSTEM.test(headers.get('from'));
  const unanswerable = nullSender || /^<\s*>$/.test(headers.get('return-path'));
  const failed = headers.get('x-failed-recipients');
  const told = SUBJECT.test(decodeHeader(headers.get('subject').slice(0, 2_000)));
  if (!failed && !(fromSystem && (told || unanswerable)) && !(unanswerable && told)) return null;
  return { ...old(failed, text, parts), otherMessageIds };
}

/** Reports on mails of ours that are no bounces: that one was read (RFC 8098), that somebody calls one spam (RFC 5965). */
export function readReport(mail: MimePart): 'receipt' | 'complaint' | null {
  for (const { type } of within(mail)) {
    if (type === 'message/disposition-notification' || type === 'message/global-disposition-notification')
      return 'receipt';
    if (type === 'message/feedback-report') return 'complaint';
  }
  const kind = mail.type === 'multipart/report' ? mail.parameters.get('report-type')?.toLowerCase() : '';
  return kind === 'disposition-notification' ? 'receipt' : kind === 'feedback-report' ? 'complaint' : null;
}

type Told = Omit<Bounce, 'otherMessageIds'>;

function standard(report: MimePart, parts: MimePart[]): Told {
  const groups = decodeText(contentOf(report))
    .replace(/\r\n/g, '\n')
    .split(/\n\s*\n/);
  const fields = groups.map((group) => new HeaderFields(group));
  const about = fields.find((group) => group.has('final-recipient') || group.has('original-recipient'));
  const address = (name: string) =>
    (about?.get(name) ?? '')
      .replace(/^[^;]*;/, '')
      .trim()
      .replace(/^<|>$/g, '');
  const action = about?.get('action').toLowerCase().trim() ?? '';
  return {
    recipient: (address('original-recipient') || address('final-recipient')).toLowerCase().slice(0, 320),
    status: /\d\.\d{1,3}\.\d{1,3}/.exec(about?.get('status') ?? '')?.[0] ?? '',
    action: action.startsWith('delay') ? 'delayed' : /^(?:deliver|relay|expand)/.test(action) ? 'delivered' : 'failed',
    reason: address('diagnostic-code').slice(0, 500),
    originalMessageId: originalOf(parts),
  };
}

function old(failed: string, text: string, parts: MimePart[]): Told {
  const copy = COPY.exec(text);
  const words = (copy ? text.slice(0, copy.index) : text).slice(0, 20_000);
  const recipient =
    failed.split(',')[0]!.trim() || (/<?([^\s<>"':;,]{1,64}@[^\s<>"':;,]{1,255}?)>?:?\s*$/m.exec(words)?.[1] ?? '');
  const reason = words
    .split(recipient || '\0')
    .at(-1)!
    .replace(/^[>:\s]+/, '')
    .split(/\n\s*\n/)[0]!
    .replace(/\s+/g, ' ');
  const original = copy ? /^message-id:\s*(<[^\s<>]+>)/im.exec(text.slice(copy.index, copy.index + 50_000))?.[1] : '';
  return {
    recipient: recipient.toLowerCase(),
    status: /\b[45]\.\d{1,3}\.\d{1,3}\b/.exec(words)?.[0] ?? '',
    action: /delay|warning/i.test(words.slice(0, 500)) && !/fail|undeliver/i.test(words) ? 'delayed' : 'failed',
    reason: reason.slice(0, 500).trim(),
    originalMessageId: originalOf(parts) || (original ?? ''),
  };
}

function othersOf({ headers }: MimePart, text: string): string[] {
  const answered = [headers.get('in-reply-to'), headers.get('references')].flatMap(readMessageIds);
  const quoted = [...text.slice(0, 200_000).matchAll(QUOTED_ID)].map(([, id]) => id!);
  return [...new Set([...answered.reverse(), ...quoted])].slice(0, MAX_OTHER);
}

function originalOf(parts: MimePart[]): string {
  const copy = parts.find(
    ({ type }) => type === 'message/rfc822' || type === 'text/rfc822-headers' || type === 'message/rfc822-headers',
  );
  if (!copy) return '';
  const head = decodeText(contentOf(copy).subarray(0, 100_000)).replace(/\r\n/g, '\n').split('\n\n', 1)[0]!;
  return readMessageIds(new HeaderFields(head).get('message-id'))[0] ?? '';
}

function* within(part: MimePart): Generator<MimePart> {
  yield part;
  for (const inner of part.parts) yield* within(inner);
}
