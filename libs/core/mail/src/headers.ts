/** What may not stand in a header: line ends would begin a new one, the rest misleads readers (controls, bidi overrides). */
const UNFIT = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200b\u202a-\u202e\u2066-\u2069\ufeff]+/g;

/** One line of text for a header, whatever was typed. */
export function headerText(text: string, maxLength = 200): string {
  const line = text.replace(UNFIT, ' ').replace(/\s+/g, ' ').trim();
  return [...line].slice(0, maxLength).join('');
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
