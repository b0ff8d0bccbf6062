import type { Line } from './line.js';
import {
  announcementAt,
  isDeviceLine,
  isForwardSeparator,
  isHeaderBlock,
  isOriginalSeparator,
  isRule,
} from './reply-phrases.js';

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

/** Tells what somebody wrote from what their mail program repeated. Answers between quotes stay, with their quotes. */
export function fold(lines: readonly Line[]): Folded {
  const kinds = kindsOf(lines);
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

function kindsOf(lines: readonly Line[]): Kind[] {
  const texts = lines.map(({ text }) => text);
  const kinds = lines.map(({ text, depth }): Kind => (depth > 0 ? 'quote' : text.trim() === '' ? 'blank' : 'words'));
  const forwarded = texts.findIndex((text, at) => kinds[at] === 'words' && isForwardSeparator(text));
  const end = forwarded < 0 ? lines.length : forwarded;
  announce(lines, texts, kinds, end);
  const cut = originalFrom(texts, kinds, end);
  if (cut !== null) kinds.fill('quote', cut);
  closings(lines, kinds, cut ?? end);
  return kinds;
}

/** Announcements belong to the quote below them. From the end, so that every line is looked at once. */
function announce(lines: readonly Line[], texts: readonly string[], kinds: Kind[], end: number): void {
  const solid = nextOf(kinds, (kind) => kind !== 'blank');
  for (let at = end - 1; at >= 0; at--) {
    if (kinds[at] !== 'words') continue;
    const length = lines[at]!.announces ? 1 : announcementAt(texts, at);
    if (length === 0) continue;
    const next = solid[at + length]!;
    if (next === kinds.length || kinds[next] === 'quote') kinds.fill('quote', at, at + length);
  }
}

/** For every place, and the one after the last, the first place from there on that holds such a kind. */
function nextOf(kinds: readonly Kind[], wanted: (kind: Kind) => boolean): number[] {
  const next = new Array<number>(kinds.length + 1).fill(kinds.length);
  for (let at = kinds.length - 1; at >= 0; at--) next[at] = wanted(kinds[at]!) ? at : next[at + 1]!;
  return next;
}

/** Where everything that follows is an earlier mail without quote marks; only below words of one's own. */
function originalFrom(texts: readonly string[], kinds: readonly Kind[], end: number): number | null {
  let begun = false;
  for (let at = 0; at < end; at++) {
    if (kinds[at] !== 'words') continue;
    const found =
      isOriginalSeparator(texts[at]!) ||
      isHeaderBlock(texts, at) ||
      (isRule(texts[at]!) && [1, 2, 3].some((step) => at + step < end && isHeaderBlock(texts, at + step))) ||
      announcementAt(texts, at) > 0;
    if (found && begun) return at;
    begun ||= !found;
  }
  return null;
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
