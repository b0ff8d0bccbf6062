import { type InboundMail, shownLine } from '@foyer/inbound';

const SUBJECT_MAX = 200;
/** What is beyond is in the mail as it came, which is kept. */
const TEXT_MAX = 100_000;
const ANSWERS =
  '\\s*(?:\\[(?:ext|extern|external)\\]|(?:re|aw|antw|antwort|wg|fw|fwd|tr|rv|rif|sv|vs|odp|ynt|回复|答复|回覆|转发|轉寄|返信|転送|رد|إعادة توجيه)(?:\\[\\d+\\])?\\s*[:：])\\s*';
/** Numbers of others in brackets are the sender's words. */
const OURS = '\\s*\\[\\s*TKT-\\d{1,10}\\s*\\]\\s*';
const PREFIX = new RegExp(`^(?:${ANSWERS}|${OURS})+`, 'i');
const PREFIX_WITHOUT_NUMBERS = new RegExp(`^(?:${ANSWERS})+`, 'i');

/** What a ticket is called after: the subject without “Re:” and, unless they are all that tells which ticket is meant, without numbers of ours. */
export function subjectOf({ subject, text }: InboundMail, standard: string, numbers = false): string {
  const bare = bareSubject(subject, numbers ? PREFIX_WITHOUT_NUMBERS : PREFIX);
  const line =
    text
      .split('\n')
      .map(shownLine)
      .find((one) => one !== '') ?? '';
  const letters = [...(bare || subject.trim() || line || standard)];
  return letters.length > SUBJECT_MAX ? `${letters.slice(0, SUBJECT_MAX - 1).join('')}…` : letters.join('');
}

const bareSubject = (subject: string, prefix = PREFIX) => subject.replace(prefix, '').replace(/\s+/g, ' ').trim();

/** The whole subject, where it is longer than what a ticket is called. */
export function longSubject({ subject }: InboundMail): string | null {
  const bare = bareSubject(subject);
  return [...bare].length > SUBJECT_MAX ? bare : null;
}

/** The words of a message: what was written, and which files were not taken. */
export function bodyOf({ text }: InboundMail, refused: readonly string[], standard: string): string {
  const words = cut(text.trim()) || standard;
  return refused.length > 0 ? `${words}\n\n${refused.map((line) => `⚠ ${line}`).join('\n')}` : words;
}

export const quotedOf = ({ quoted }: InboundMail): string | null => cut(quoted) || null;

const cut = (text: string) => (text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX).toWellFormed()} …` : text);
