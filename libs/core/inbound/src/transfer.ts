/** Bytes of a body as its Content-Transfer-Encoding wrote them down. Broken ones give what can be had. */
export function decodeTransfer(body: Buffer, encoding: string): Buffer {
  switch (encoding.trim().toLowerCase()) {
    case 'base64':
      return decodeBase64(body);
    case 'quoted-printable':
      return decodeQuotedPrintable(body);
    default:
      return body;
  }
}

/** Several padded pieces after one another are read as one; what is no base64 at all stays as it is. */
export function decodeBase64(body: Buffer): Buffer {
  const written = body.toString('latin1');
  const foreign = foreignBytes(body);
  const words = written.slice(0, 4_000).split(' ').length;
  if (foreign > written.length / 10 || words > 20) return body;
  return Buffer.concat(
    written
      .replace(/[^A-Za-z0-9+/=_-]+/g, '')
      .split(/=+/)
      .map((piece) => Buffer.from(piece, 'base64')),
  );
}

const HEX = /^[0-9a-f]{2}$/i;

export function decodeQuotedPrintable(body: Buffer): Buffer {
  const target = Buffer.allocUnsafe(body.length);
  let length = 0;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at]!;
    if (byte !== 0x3d) {
      target[length++] = byte;
      continue;
    }
    const code = body.toString('latin1', at + 1, at + 3);
    if (HEX.test(code)) {
      target[length++] = parseInt(code, 16);
      at += 2;
      continue;
    }
    const end = softBreak(body, at + 1);
    if (end === null) target[length++] = byte;
    else at = end;
  }
  return target.subarray(0, length);
}

/** Place of the line feed of a soft break, which may have blanks before it; null when it is none. */
function softBreak(body: Buffer, from: number): number | null {
  const limit = Math.min(body.length, from + 80);
  for (let at = from; at < limit; at++) {
    const byte = body[at]!;
    if (byte === 0x0a) return at;
    if (byte === 0x0d && body[at + 1] !== 0x0a) return at;
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return null;
  }
  return limit === body.length ? limit - 1 : null;
}

/** How many bytes can stand in no base64. Counted one by one: a regular expression recurses over 25 MB until the stack is full. */
function foreignBytes(body: Buffer): number {
  let foreign = 0;
  for (const byte of body) foreign += OF_BASE64[byte]! ^ 1;
  return foreign;
}
const OF_BASE64 = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[A-Za-z0-9+/=_\s-]/.test(String.fromCharCode(byte)) ? 1 : 0,
);
