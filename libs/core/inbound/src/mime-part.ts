import { HeaderFields } from './header-fields.js';
import { readParameters } from './parameters.js';
import { decodeTransfer } from './transfer.js';

const MAX_DEPTH = 20;
const MAX_PARTS = 500;
const MAX_HEAD = 256 * 1024;
const BLANK_LINE = /\n[ \t]{1,100}\r?\n(?=[^\s])(?![!-9;-~]{1,200}[ \t]*:)/g;

/** A part of a mail: a leaf with a body, or a container with parts. */
export interface MimePart {
  headers: HeaderFields;
  /** `text/plain`; the default where the header is missing or broken. */
  type: string;
  parameters: Map<string, string>;
  disposition: string;
  /** File name, as it was written; empty when there is none. */
  name: string;
  parts: MimePart[];
  /** As it lies in the mail, encoded. */
  raw: Buffer;
}

/** Takes a mail apart. Whatever does not hold together is a leaf, so nothing of it goes missing. */
export function readParts(mail: Buffer): MimePart {
  return read(mail, 0, { left: MAX_PARTS }, 'text/plain');
}

/** The header of a mail alone. */
export const headersOf = (mail: Buffer): HeaderFields => new HeaderFields(divided(mail)[0]);

export const contentOf = (part: MimePart): Buffer =>
  decodeTransfer(part.raw, part.headers.get('content-transfer-encoding'));

function read(source: Buffer, depth: number, budget: { left: number }, standard: string): MimePart {
  budget.left--;
  const [head, body] = divided(source);
  const headers = new HeaderFields(head);
  const { value, parameters } = readParameters(headers.get('content-type'));
  const { value: disposition, parameters: about } = readParameters(headers.get('content-disposition'));
  const type = /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(value)
    ? value
    : value === 'text'
      ? 'text/plain'
      : standard;
  const name = about.get('filename') ?? parameters.get('name') ?? '';
  const part: MimePart = { headers, type, parameters, disposition, name, parts: [], raw: body };
  const boundary = parameters.get('boundary');
  if (!type.startsWith('multipart/') || depth >= MAX_DEPTH) return part;
  for (const piece of boundary ? pieces(body, boundary) : []) {
    if (budget.left <= 0) break;
    const inner = type === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
    part.parts.push(read(piece, depth + 1, budget, inner));
  }
  if (part.parts.length === 0) part.type = 'text/plain';
  return part;
}

/** Header and body; a mail that begins with no header at all is body. */
function divided(source: Buffer): [string, Buffer] {
  const start = source[0] === 0x0d && source[1] === 0x0a ? 2 : source[0] === 0x0a ? 1 : 0;
  if (start > 0) return ['', source.subarray(start)];
  const [lf, crlf] = [source.indexOf('\n\n'), source.indexOf('\n\r\n')];
  const end = lf < 0 ? crlf : crlf < 0 ? lf : Math.min(lf, crlf);
  const blank = blankLine(end < 0 ? source : source.subarray(0, end + 1));
  if (blank) return [source.toString('latin1', 0, blank.start), source.subarray(blank.end)];
  const head = end < 0 ? source : source.subarray(0, end);
  const firstLine = head.toString('latin1', 0, 1_000).split('\n', 1)[0]!;
  if (!/^(?:[!-9;-~]{1,200}\s*:|From )/.test(firstLine)) return ['', source];
  if (end < 0) return [head.toString('latin1'), Buffer.alloc(0)];
  return [head.toString('latin1'), source.subarray(end + (end === crlf ? 3 : 2))];
}

/** A line of blanks that somebody took for an empty one: what stands below it is neither a field nor the rest of one. */
function blankLine(head: Buffer): { start: number; end: number } | null {
  const [match] = head.toString('latin1', 0, MAX_HEAD).matchAll(BLANK_LINE);
  return match ? { start: match.index, end: match.index + match[0].length } : null;
}

function pieces(body: Buffer, boundary: string): Buffer[] {
  const mark = Buffer.from(`--${boundary}`, 'latin1');
  const found: Buffer[] = [];
  let start = -1;
  for (let at = body.indexOf(mark); at >= 0 && found.length <= MAX_PARTS; at = body.indexOf(mark, at + mark.length)) {
    if (at > 0 && body[at - 1] !== 0x0a) continue;
    const after = at + mark.length;
    const closing = body[after] === 0x2d && body[after + 1] === 0x2d;
    if (!closing && !endsLine(body, after)) continue;
    if (start >= 0) found.push(body.subarray(start, lineEndBefore(body, at)));
    const line = body.indexOf(0x0a, after);
    start = closing || line < 0 ? -1 : line + 1;
    if (closing) break;
  }
  if (start >= 0) found.push(body.subarray(start));
  return found;
}

/** A boundary is followed by blanks and the end of its line; `--abc` is not the boundary of `--abcd`. */
function endsLine(body: Buffer, from: number): boolean {
  let at = from;
  while (body[at] === 0x20 || body[at] === 0x09 || body[at] === 0x0d) at++;
  return at >= body.length || body[at] === 0x0a;
}

/** The line end before a boundary belongs to the boundary (RFC 2046, 5.1.1). */
function lineEndBefore(body: Buffer, at: number): number {
  if (body[at - 1] === 0x0a) return body[at - 2] === 0x0d ? at - 2 : at - 1;
  return at;
}
