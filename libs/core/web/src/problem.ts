import { STATUS_CODES } from 'node:http';
import { DomainError, InvalidField, NotFound, StillUsed, TooMany } from '@foyer/access';
import { LOCALES, messages, negotiateLocale, translate } from '@foyer/i18n';
import type { FoyerRequest, FoyerResponse } from './request.js';
import { statusOf } from './status-of.js';
import { PortalClosed, SectionOff } from './web-errors.js';
import { wordsFor } from './words-for.js';

/** One thing that is wrong with what was sent: in the body at a JSON pointer (RFC 6901), in the address at a parameter. */
export interface Fault {
  pointer?: string;
  parameter?: string;
  code: string;
  message: string;
}

/** What programs are told, in words for those who write them: `code` stays, the words may change. */
const TOLD = {
  suspended: 'This portal is suspended.',
  closed: 'This portal is closed to customers at the moment.',
  'section-off': 'This section of the portal is switched off.',
  'not-found': 'There is nothing at this address, or this key may not know of it.',
  refused: 'This key may see it, but not do this to it.',
  'method-not-allowed': 'This address takes other methods: see Allow.',
  'key-missing': 'Send a key: Authorization: Bearer key_live_…',
  'key-wrong': 'This key is unknown, expired or revoked.',
  'address-refused': 'This key may not be used from this address.',
  'scope-missing': 'This key lacks the scope that the operation needs.',
  'not-in-plan': 'The plan of this portal does not include the API: its keys read, and change nothing.',
  'maker-frozen': 'Whoever made this key has no place in the plan of this portal: it reads, and changes nothing.',
  'too-many': 'Too many requests: see Retry-After.',
  unreadable: 'This is not the JSON of RFC 8259 in UTF-8.',
  'too-deep': 'The JSON is nested too deeply.',
  'too-large': 'The body is larger than this operation takes.',
  'media-type': 'Send the body as application/json.',
  'upload-type': 'Send the file as multipart/form-data, in a part called file.',
  'upload-unreadable': 'This is not the multipart/form-data that its boundary says.',
  invalid: 'Some of what was sent is not correct: see errors.',
  'cursor-wrong': 'This cursor belongs to another list, filter or order. Begin again without it.',
  'idempotency-missing':
    'Send an Idempotency-Key of 1 to 200 characters with every POST, another for each thing to be done.',
  'idempotency-busy': 'A request with this Idempotency-Key is being worked on. Try again in a moment.',
  'idempotency-other': 'This Idempotency-Key was used for another request.',
  'if-match-missing': 'Send If-Match with the ETag of what is to be changed.',
  'if-match-stale': 'It has been changed since. Read it again.',
  away: 'Not available at the moment: see Retry-After.',
  failed: 'Something went wrong on our side. Tell us the request_id.',
} as const;
export type ProblemCode = keyof typeof TOLD;

/** Something that only programs meet. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: ProblemCode,
    readonly more: { errors?: Fault[]; detail?: string; headers?: Record<string, string> } = {},
  ) {
    super(more.detail ?? TOLD[code]);
  }
}

/** How soon it is worth asking again for what is away at the moment. */
const BACK_SOON_SECONDS = 5;

/** An error as RFC 9457 has it. What it says is chosen here, never taken from an error that nobody knows. */
export function sendProblem(error: unknown, req: FoyerRequest, res: FoyerResponse): void {
  const status = error instanceof Problem ? error.status : statusOf(error);
  const { code, detail, errors } = told(error, status, req);
  for (const [name, value] of Object.entries((error instanceof Problem && error.more.headers) || {}))
    res.setHeader(name, value);
  const wait = error instanceof TooMany ? error.retryAfterSeconds : status === 503 ? BACK_SOON_SECONDS : null;
  if (wait !== null) res.setHeader('Retry-After', String(wait));
  res.setHeader('Cache-Control', 'no-store');
  res
    .status(status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        ...{ type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail },
        ...{ instance: req.foyer.url.split('?')[0], code, request_id: req.foyer.id },
        ...(errors && { errors }),
      }),
    );
}

function told(error: unknown, status: number, req: FoyerRequest): { code: string; detail: string; errors?: Fault[] } {
  const locale = negotiateLocale(req.get('accept-language'), [...LOCALES], 'en');
  // Schemas of ours say what is wrong by a message's key.
  const inWords = (fault: Fault): Fault =>
    messages.has(locale, fault.message)
      ? { ...fault, code: fault.message, message: translate(locale, fault.message) }
      : fault;
  const own = (code: ProblemCode) => ({ code, detail: TOLD[code] });
  if (error instanceof Problem) {
    const { errors } = error.more;
    return { code: error.code, detail: error.message, ...(errors && { errors: errors.map(inWords) }) };
  }
  if (error instanceof PortalClosed) return own('closed');
  if (error instanceof SectionOff) return own('section-off');
  if (error instanceof TooMany) return own('too-many');
  if (error instanceof NotFound) return own('not-found');
  if (error instanceof DomainError) {
    if (error.code === 'access.refused') return own('refused');
    const words = wordsFor(error, req);
    const message = translate(locale, words.code, words.values);
    if (error instanceof StillUsed) return { code: error.code, detail: `${message} ${error.named(locale).join('; ')}` };
    if (!(error instanceof InvalidField)) return { code: words.code, detail: message };
    return { ...own('invalid'), errors: [{ pointer: `/${error.field}`, code: error.code, message }] };
  }
  if (status === 404) return own('not-found');
  if (status === 413) return own('too-large');
  if (status === 503) return own('away');
  return own(status >= 500 ? 'failed' : 'unreadable');
}
