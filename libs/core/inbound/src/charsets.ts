import iconv from 'iconv-lite';

/** Names that mail programs use and the Encoding Standard does not know. */
const ALIASES = new Map([
  ['iso-2022-jp-ms', 'iso-2022-jp'],
  ['iso-2022-jp-2', 'iso-2022-jp'],
  ['cp932', 'shift_jis'],
  ['windows-932', 'shift_jis'],
  ['cp936', 'gbk'],
  ['cp950', 'big5'],
  ['ansi_x3.4-1968', 'windows-1252'],
  ['iso-8859-8-i', 'iso-8859-8'],
  ['unicode-1-1-utf-7', 'utf-7'],
  ['utf8mb4', 'utf-8'],
]);
/**
 * Programs that know one charset write UTF-8 under any name, and hardly any text in another charset is UTF-8 by chance:
 * only short ones of East Asia are (the Chinese “thanks” reads as two Cyrillic letters), and those have nothing of theirs.
 */
const EAST_ASIAN = /^(?:gb|big5|shift_jis|sjis|euc-|ks_c|windows-949|hz)/;
/** Outlook names the standard and writes Windows' own set, which has more letters and is not in the decoder of Node. */
const KOREAN = /^(?:euc-?kr|ks_?c_?5601|korean|iso-ir-149|(?:windows-|cp)949)/;
/** Charsets of which one cannot tell by the bytes. */
const OWN_BYTES = /^(?:utf-(?:7|16|32)|iso-2022|hz-gb|ucs)/;

/** Text of bytes in a charset somebody named. Never throws: what is unknown or wrong is guessed. */
export function decodeText(bytes: Uint8Array, charset = ''): string {
  const label = charset
    .trim()
    .toLowerCase()
    .replace(/^["']|["']$/g, '');
  return clean(
    named(bytes, ALIASES.get(label) ?? label.replace(/^(?:cp|win)-?(125\d)$/, 'windows-$1')) ?? guessed(bytes),
  );
}

function named(bytes: Uint8Array, label: string): string | null {
  if (label === '' || label === 'us-ascii' || label === 'ascii' || label.startsWith('unknown')) return null;
  if (label === 'utf-8' || label === 'utf8') return null;
  if (label.startsWith('utf-16') && marked(bytes)) return null;
  const universal = OWN_BYTES.test(label) || !isForeign(bytes) ? null : strict(bytes, 'utf-8');
  if (universal !== null && (!EAST_ASIAN.test(label) || /[\u0800-\uffff]/.test(universal))) return universal;
  if (KOREAN.test(label)) return iconv.decode(Buffer.from(bytes), 'cp949');
  try {
    return new TextDecoder(label).decode(label.startsWith('iso-2022-jp') ? withoutIdleEscapes(bytes) : bytes);
  } catch {
    return byTable(bytes, label);
  }
}

/** It looks names up in an object, and finds what every object has: `constructor`. */
function byTable(bytes: Uint8Array, label: string): string | null {
  try {
    return iconv.encodingExists(label) ? iconv.decode(Buffer.from(bytes), label) : null;
  } catch {
    return null;
  }
}

/** What nobody named is UTF-8 if it can be, and otherwise what Windows wrote in the West. */
function guessed(bytes: Uint8Array): string {
  const mark = marked(bytes);
  if (mark) return new TextDecoder(mark).decode(bytes);
  return strict(bytes, 'utf-8') ?? damaged(bytes) ?? new TextDecoder('windows-1252').decode(bytes);
}

/** UTF-8 of which some bytes were lost: most of what is no ASCII still is whole. */
function damaged(bytes: Uint8Array): string | null {
  const text = new TextDecoder('utf-8').decode(bytes);
  let [broken, whole] = [0, 0];
  for (const char of text) {
    if (char === '\ufffd') broken++;
    else if (char > '\u007f') whole++;
  }
  return whole > broken ? text : null;
}

function marked(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return null;
}

const isForeign = (bytes: Uint8Array): boolean => bytes.some((byte) => byte > 0x7f);

/** Whether bytes can be nothing but what their label says they are not: UTF-8. */
export const isUtf8 = (bytes: Uint8Array): boolean => strict(bytes, 'utf-8') !== null;

/** Going to ASCII and at once back, as at the join of two encoded words, is an error to the Encoding Standard. */
function withoutIdleEscapes(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1');
  return Buffer.from(text.replace(/\x1b\([BJ](?=\x1b[$(])/g, ''), 'latin1');
}

function strict(bytes: Uint8Array, label: string): string | null {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** PostgreSQL keeps no NUL, and half a character is none. */
const clean = (text: string): string => text.replaceAll('\0', '').toWellFormed();
