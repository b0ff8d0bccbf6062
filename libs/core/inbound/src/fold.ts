import { headerBlockAt } from './header-blocks.js';
import type { Line } from './line.js';
import { announcementAt, isDeviceLine, isForwardSeparator, isOriginalSeparator, isRule } from './reply-phrases.js';
import type { Turn } from './turn.js';

export interface Folded {
  /** What the person wrote. */
  text: string;
  /** What was repeated of earlier mails, and the signature. Every line is in one of the two. */
  quoted: string;
}

/** `words`: the sender's; `quote`: somebody else's, with what announces it; `closing`: a signature. */
type Kind = 'words' | 'quote' | 'closing' | 'blank';

/** A quote of at most so many lines stands for the question when answers stand between quotes; a longer one is folded. */
const CONTEXT_LINES = 15;
const SIGNATURE_LINES = 15;

/**
 * Tells what somebody wrote from what their mail program repeated. Answers between quotes stay, with their quotes; what was
 * forwarded is what they want to show. When in doubt, and when nothing else would be left, everything is shown.
 */
export function fold(lines: readonly Line[], turn: Turn): Folded {
  const kinds = kindsOf(lines, turn);
  if (!kinds.includes('words')) return { text: tidy(lines.map(({ text }) => text).join('\n')), quoted: '' };
  const keep = new Array<boolean>(lines.length).fill(false);
  const words = indicesOf(kinds, 'words');
  const first = words[0] ?? Infinity;
  const last = words.at(-1) ?? -1;
  for (const at of words) keep[at] = true;
  const answered = quotesOf(kinds).filter(({ end }) => end <= last);
  const interleaved = answered.length > 1 || answered.some(({ start }) => start > first);
  for (const { start, end } of interleaved ? answered : []) {
    const full = lines.slice(start, end).filter(({ text }) => text.trim() !== '').length;
    if (full <= CONTEXT_LINES) keep.fill(true, start, end);
  }
  const begin = keep.indexOf(true);
  kinds.forEach((kind, at) => (keep[at] ||= kind === 'blank' && at > begin && at < last));
  const pick = (wanted: boolean) =>
    lines
      .filter((_line, at) => keep[at] === wanted)
      .map(({ text }) => text)
      .join('\n');
  return { text: tidy(pick(true)), quoted: tidy(pick(false)) };
}

function kindsOf(lines: readonly Line[], turn: Turn): Kind[] {
  const texts = lines.map(({ text }) => text);
  const kinds = lines.map(({ text, depth }): Kind => (depth > 0 ? 'quote' : text.trim() === '' ? 'blank' : 'words'));
  const end = forwardedFrom(lines, kinds, turn);
  announce(lines, texts, kinds, end, turn);
  const cut = originalFrom(texts, kinds, end, turn);
  if (cut !== null) kinds.fill('quote', cut);
  else for (let at = end; at < lines.length; at++) kinds[at] = texts[at]!.trim() === '' ? 'blank' : 'words';
  closings(lines, kinds, cut ?? end);
  return kinds;
}

/** Where a mail begins that is passed on whole; the number of lines when there is none. */
function forwardedFrom(lines: readonly Line[], kinds: readonly Kind[], turn: Turn): number {
  let before: Kind = 'words';
  const texts = lines.map(({ text, depth }) => (depth > 0 ? text.replace(/^[>\s]+/, '') : text));
  for (let at = 0; at < lines.length; at++) {
    if (kinds[at] === 'blank') continue;
    // Within a quote it was passed on to the person quoted, long ago.
    const first = kinds[at] === 'words' || (before === 'words' && announcementBefore(texts, at) === 0);
    if (first && isForwardSeparator(texts[at]!)) return at;
    if (turn === 'forward' && (kinds[at] === 'quote' || headerBlockAt(texts, at))) return at;
    before = kinds[at]!;
  }
  return lines.length;
}

/** Whether the lines above a place announce what stands there. */
function announcementBefore(texts: readonly string[], at: number): number {
  let above = at - 1;
  while (above >= 0 && texts[above]!.trim() === '') above--;
  for (let from = above; from >= 0 && from > above - 4; from--)
    if (announcementAt(texts, from) === above - from + 1) return above - from + 1;
  return 0;
}

/** Announcements, and lines that programs draw, belong to the quote below them. From the end, so that every line is looked at once. */
function announce(lines: readonly Line[], texts: readonly string[], kinds: Kind[], end: number, turn: Turn): void {
  const solid = nextOf(kinds, (kind) => kind !== 'blank');
  for (let at = end - 1; at >= 0; at--) {
    if (kinds[at] !== 'words') continue;
    const length = lines[at]!.announces || isRule(texts[at]!) ? 1 : announcementAt(texts, at);
    if (length === 0) continue;
    const next = solid[at + length]!;
    if ((next === kinds.length && turn === 'reply') || kinds[next] === 'quote') kinds.fill('quote', at, at + length);
  }
}

/** For every place, and the one after the last, the first place from there on that holds such a kind. */
function nextOf(kinds: readonly Kind[], wanted: (kind: Kind) => boolean): number[] {
  const next = new Array<number>(kinds.length + 1).fill(kinds.length);
  for (let at = kinds.length - 1; at >= 0; at--) next[at] = wanted(kinds[at]!) ? at : next[at + 1]!;
  return next;
}

/** Where everything that follows is an earlier mail without quote marks; only below words of one's own. */
function originalFrom(texts: readonly string[], kinds: readonly Kind[], end: number, turn: Turn): number | null {
  let begun = false;
  for (let at = 0; at < end; at++) {
    if (kinds[at] !== 'words') continue;
    // What looks like the head of a mail is one only in an answer: people also quote log files, and write themselves.
    const found =
      isOriginalSeparator(texts[at]!) ||
      (turn === 'reply' && (headerBlockAt(texts, at)?.telling || announcementAt(texts, at) > 0));
    if (found && begun) return ruledFrom(texts, at);
    begun ||= !found;
  }
  return null;
}

/** With the line that programs draw above it. */
function ruledFrom(texts: readonly string[], at: number): number {
  for (let above = at - 1; above >= 0 && above > at - 4; above--) {
    if (isRule(texts[above]!)) return above;
    if (texts[above]!.trim() !== '') break;
  }
  return at;
}

/** Signatures: below `-- `, where the HTML says so, and what telephones write under every mail. */
function closings(lines: readonly Line[], kinds: Kind[], end: number): void {
  const first = kinds.indexOf('words');
  const quotes = nextOf(kinds, (kind) => kind === 'quote');
  for (let at = first + 1; at > 0 && at < end; at++) {
    if (kinds[at] !== 'words' || !/^(?:--|—)\s?$/.test(lines[at]!.text)) continue;
    const until = Math.min(quotes[at]!, end);
    let full = 0;
    for (let place = at; place < until && full <= SIGNATURE_LINES; place++) if (kinds[place] === 'words') full++;
    if (full <= SIGNATURE_LINES)
      for (let place = at; place < until; place++) if (kinds[place] === 'words') kinds[place] = 'closing';
  }
  // Some programs let people write inside their signature: where nothing stands beside it, it is what they wrote.
  const beside = lines.some((line, at) => at < end && kinds[at] === 'words' && !line.signature);
  for (let at = 0; at < end; at++) {
    if (kinds[at] !== 'words') continue;
    if ((beside && lines[at]!.signature) || (isDeviceLine(lines[at]!.text) && endsSection(kinds, at)))
      kinds[at] = 'closing';
  }
}

/** Whether hardly anything of the sender's follows before the next quote or the end. */
function endsSection(kinds: readonly Kind[], at: number): boolean {
  let following = 0;
  for (let place = at + 1; place < kinds.length && kinds[place] !== 'quote'; place++)
    if (kinds[place] === 'words' && ++following > 2) return false;
  return true;
}

const indicesOf = (kinds: readonly Kind[], wanted: Kind) => kinds.flatMap((kind, at) => (kind === wanted ? [at] : []));

/** Quotes as ranges; blank lines within one do not divide it. */
function quotesOf(kinds: readonly Kind[]): { start: number; end: number }[] {
  const ranges: { start: number; end: number }[] = [];
  let open: { start: number; end: number } | null = null;
  kinds.forEach((kind, at) => {
    if (kind === 'quote') {
      if (open) open.end = at + 1;
      else ranges.push((open = { start: at, end: at + 1 }));
    } else if (kind !== 'blank') open = null;
  });
  return ranges;
}

const tidy = (text: string): string =>
  text
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+/, '')
    .trimEnd();
