import { authenticate } from 'mailauth';
import { readAuthor } from './addresses.js';
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
export interface Authority {
  /** Of a server before ours whose results are believed. */
  authservId?: string;
  /** Looks names up; the system's DNS unless given. */
  resolver?: Resolver;
}

/** A DNS that does not answer must not hold up the mails of a whole day. */
const PATIENCE_MS = 15_000;
const MAX_HEADER = 256 * 1024;

/**
 * SPF, DKIM and DMARC in one word, about the one author that `parseMail` names: where there is none, nothing passes. A mail passes when a domain that signed or sent it belongs to the one in its From
 * (RFC 7489, 3.1), also where that domain has published no policy; it fails when there is a policy and it does not.
 */
export async function authenticationOf(
  raw: Buffer,
  arrival: Arrival,
  authority: Authority = {},
): Promise<Authentication> {
  const author = authorOf(raw);
  if (!author) return 'fail';
  const told = toldBy(authority.authservId, raw);
  if (told) return told;
  const checked = check(raw, author, arrival, authority.resolver).catch(() => 'none' as const);
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
  const { dkim, spf, dmarc } = await authenticate(raw, {
    ...(peer && { ip: peer, helo: helo ?? undefined, sender: envelopeFrom }),
    ...{ resolver, disableArc: true, disableBimi: true, rejectRsaSha1: true, mta: 'inbound' },
  });
  const seen = dkim?.headerFrom ?? [];
  // Without exactly one author nobody can be proved to be it.
  if (!dmarc || seen.length !== 1 || seen[0]!.toLowerCase() !== author.toLowerCase()) return 'fail';
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

/** What the server before ours says of DMARC: its results stand above all others (RFC 8601, 5). */
function toldBy(authservId: string | undefined, raw: Buffer): Authentication | null {
  if (!authservId) return null;
  const [top = ''] = headOf(raw).all('authentication-results');
  const [id = '', ...results] = top.replace(/\([^()]*\)/g, '').split(';');
  if (id.trim().split(/\s+/)[0]!.toLowerCase() !== authservId.toLowerCase()) return null;
  const dmarc = results.map((result) => /^\s*dmarc\s*=\s*([a-z]+)/i.exec(result)?.[1]?.toLowerCase()).find(Boolean);
  return dmarc === 'pass' ? 'pass' : dmarc === 'fail' ? 'fail' : 'none';
}

const headOf = (raw: Buffer) => headersOf(raw.subarray(0, MAX_HEADER));
const authorOf = (raw: Buffer) => readAuthor(headOf(raw).all('from'))?.address ?? null;
