/** What may not stand in a header: line ends would begin a new one, the rest misleads readers (controls, bidi overrides). */
const UNFIT = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200b\u202a-\u202e\u2066-\u2069\ufeff]+/g;

/** One line of text for a header, whatever was typed. */
export function headerText(text: string, maxLength = 200): string {
  const line = text.replace(UNFIT, ' ').replace(/\s+/g, ' ').trim();
  return [...line].slice(0, maxLength).join('');
}

const LONGEST_NAME = 60;
const MOST_NAMES = 8;
/** What a name has no need of: addresses of pages and mailboxes, telephone numbers. */
const MORE_THAN_A_NAME = /[@/\\]|\bwww\b|[\p{L}\p{N}]\s?[.。]\s?\p{L}{2,}|(\p{N}[\s.()-]*){5}/iu;

/**
 * A name for mails to people who have not asked for any; null when it says more than a name does: what somebody calls
 * themselves is free text, which spam has been sent in.
 */
export function nameAlone(name: string): string | null {
  const line = headerText(name.normalize('NFKC').replace(/\p{Cf}/gu, ''), LONGEST_NAME + 1);
  const fits = [...line].length <= LONGEST_NAME && line.split(' ').length <= MOST_NAMES && !MORE_THAN_A_NAME.test(line);
  return fits && line !== '' ? line : null;
}

/** Exactly one mailbox without display name, comments, quotes or routes: nothing that a mail server could read as two. */
const MAILBOX =
  /^[^\s@<>()[\]\\,;:"\u0000-\u001f\u007f-\u009f]{1,64}@[^\s@<>()[\]\\,;:"\u0000-\u001f\u007f-\u009f]{1,255}$/u;

export const isMailbox = (address: string): boolean => MAILBOX.test(address);

/** `<…@…>` as RFC 5322 writes message ids. */
const MESSAGE_ID = /^<[^\s<>]{1,900}>$/;

/** Message ids out of a References header, oldest first; a thread keeps its first and its latest ones. */
export function messageIds(references: readonly string[]): string[] {
  const fit = [...new Set(references)].filter((id) => MESSAGE_ID.test(id));
  return fit.length > 20 ? [fit[0]!, ...fit.slice(-19)] : fit;
}
