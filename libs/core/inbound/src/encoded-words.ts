import { decodeText, isUtf8 } from './charsets.js';
import { decodeBase64, decodeQuotedPrintable } from './transfer.js';

const WORD = /=\?([^?\s]{1,60})\?([bq])\?([^?]*)\?=/gi;

interface Piece {
  charset: string;
  bytes: Buffer;
}

/**
 * A header's text: encoded words (RFC 2047) read, and 8-bit text, which nobody may send and many do.
 * @param charset of the mail's text, in which its 8-bit headers probably are, too
 */
export function decodeHeader(value: string, charset = ''): string {
  let text = '';
  let last = 0;
  let open: Piece | null = null;
  const close = () => {
    if (open) text += decodeText(open.bytes, open.charset);
    open = null;
  };
  const plain = (binary: string): string => {
    const bytes = Buffer.from(binary, 'latin1');
    return decodeText(bytes, isUtf8(bytes) ? 'utf-8' : charset);
  };
  for (const match of value.matchAll(WORD)) {
    const between = value.slice(last, match.index);
    const piece = pieceOf(match[1]!, match[2]!, match[3]!);
    // A character may be cut in two by the end of a word, so neighbours of one charset are read together.
    if (open && /^\s*$/.test(between) && open.charset === piece.charset)
      open = { charset: piece.charset, bytes: Buffer.concat([open.bytes, piece.bytes]) };
    else {
      const joined: boolean = open !== null && /^\s*$/.test(between);
      close();
      if (!joined) text += plain(between);
      open = piece;
    }
    last = match.index + match[0].length;
  }
  close();
  return (text + plain(value.slice(last))).replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
}

function pieceOf(label: string, encoding: string, content: string): Piece {
  const charset = label.split('*')[0]!.toLowerCase();
  const written = Buffer.from(content, 'latin1');
  const bytes =
    encoding.toLowerCase() === 'b'
      ? decodeBase64(written)
      : decodeQuotedPrintable(Buffer.from(content.replaceAll('_', ' '), 'latin1'));
  return { charset, bytes };
}
