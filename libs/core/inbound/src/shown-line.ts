const BREAKS = /[\s\u0000-\u001f\u007f-\u009f]+/g;
/** What turns a line round or has no width; the joiners of Persian and emoji are part of words. */
const UNSEEN = /[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

/** A line as people see it: without controls and what has no width; empty when nothing else is in it. */
export function shownLine(text: string): string {
  const line = text.replace(UNSEEN, '').replace(BREAKS, ' ').trim();
  return /[^\s\p{C}\p{Default_Ignorable_Code_Point}]/u.test(line) ? line : '';
}
