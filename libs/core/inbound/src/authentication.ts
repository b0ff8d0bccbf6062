import { mailboxOf, readAuthor } from './addresses.js';
import { headersOf } from './mime-part.js';

/** Whether a mail comes from whom its From names. `none`: the domain says nothing by which one could tell. */
export type Authentication = 'pass' | 'fail' | 'none';

export type Resolver = (name: string, type: string) => Promise<string[][] | string[]>;

export interface Arrival {
  /** Of the server that brought the mail; null where it came by another way than SMTP, so that SPF says nothing. */
  peer: string | null;
  helo: string | null;
  envelopeFrom: string;
}

/** A DNS that does not answer must not hold up the mails of a whole day. */
const PATIENCE_MS = 15_000;
const MAX_HEADER = 256 * 1024;
/** Each may have the whole mail hashed anew, and a name looked up; honest mails carry three or four. */
const MOST_SIGNATURES = 10;
/** What a hundred times as long costs mailauth ten thousand times as much; RFC 5322 ends a line at 998. */
const LONGEST_LINE = 64 * 1024;

/**
 * SPF, DKIM and DMARC in one word, about the one author that `parseMail` names: where there is none, nothing passes. A mail passes when a domain that signed or sent it belongs to the one in its From
 * (RFC 7489, 3.1), also where that domain has published no policy; it fails when there is a policy and it does not, and when
 * it is made to be hard to check.
 *
 * @param resolver looks names up; the system's DNS unless given
 */
export async function authenticated(raw: Buffer, arrival: Arrival, resolver?: Resolver): Promise<Authentication> {
  const author = authorOf(raw);
  if (!author || !isBounded(raw)) return 'fail';
  const checked = check(raw, author, arrival, resolver).catch(() => 'none' as const);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'none'>((resolve) => (timer = setTimeout(() => resolve('none'), PATIENCE_MS)));
  return Promise.race([checked, late]).finally(() => clearTimeout(timer));
}

async function check(
  raw: Buffer,
  author: string,
  { peer, helo, envelopeFrom }: Arrival,
  resolver?: Resolver,
): Promise<Authentication> {
  // Only the process that checks mails has a use for it; it is large, and the web process, too, loads this file.
  const { authenticate } = await import('mailauth');
  const { dkim, spf, dmarc } = await authenticate(raw, {
    ...(peer && { ip: peer, helo: helo ?? undefined, sender: envelopeFrom }),
    ...{ resolver, disableArc: true, disableBimi: true, rejectRsaSha1: true, mta: 'inbound' },
  });
  const seen = dkim?.headerFrom ?? [];
  // Without exactly one author nobody can be proved to be it.
  if (!dmarc || seen.length !== 1 || mailboxOf(seen[0]!) !== mailboxOf(author)) return 'fail';
  const { result } = dmarc.status;
  if (result === 'pass') return dmarc.alignment?.dkim?.underSized && !dmarc.alignment.spf?.result ? 'fail' : 'pass';
  if (result === 'fail') return 'fail';
  const domain = String(dmarc.status.header?.from ?? '').toLowerCase();
  const signed = dkim?.results.some(
    ({ status, signingDomain }) =>
      status.result === 'pass' && !status.underSized && signingDomain?.toLowerCase() === domain,
  );
  const sent = spf && spf.status.result === 'pass' && String(spf.domain).toLowerCase() === domain;
  return result === 'none' && domain && (signed || sent) ? 'pass' : 'none';
}

/** What the server before ours says of DMARC: its results stand above all others (RFC 8601, 5). Null where it says nothing. */
export function toldBy(authservId: string | undefined, raw: Buffer): Authentication | null {
  if (!authservId) return null;
  if (!authorOf(raw)) return 'fail';
  const [top = ''] = headOf(raw).all('authentication-results');
  const [id = '', ...results] = top.replace(/\([^()]*\)/g, '').split(';');
  if (id.trim().split(/\s+/)[0]!.toLowerCase() !== authservId.toLowerCase()) return null;
  const dmarc = results.map((result) => /^\s*dmarc\s*=\s*([a-z]+)/i.exec(result)?.[1]?.toLowerCase()).find(Boolean);
  return dmarc === 'pass' ? 'pass' : dmarc === 'fail' ? 'fail' : 'none';
}

const headOf = (raw: Buffer) => headersOf(raw.subarray(0, MAX_HEADER));

/** The header ends soon and asks for few checks, and all lines do. */
function isBounded(raw: Buffer): boolean {
  const start = raw.subarray(0, MAX_HEADER);
  const ends = raw.length <= MAX_HEADER || start.includes('\r\n\r\n') || start.includes('\n\n');
  return ends && headOf(raw).all('dkim-signature').length <= MOST_SIGNATURES && longestLine(raw) <= LONGEST_LINE;
}

function longestLine(raw: Buffer): number {
  let longest = 0;
  for (let start = 0; start < raw.length;) {
    const end = raw.indexOf(10, start);
    longest = Math.max(longest, (end < 0 ? raw.length : end) - start);
    start = end < 0 ? raw.length : end + 1;
  }
  return longest;
}

const authorOf = (raw: Buffer) => readAuthor(headOf(raw).all('from'))?.address ?? null;
