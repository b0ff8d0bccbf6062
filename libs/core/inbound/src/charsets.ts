import iconv from 'iconv-lite';

/** Names that mail programs use and the Encoding Standard does not know. */
const ALIASES: Record<string, string> = {
  'iso-2022-jp-ms': 'iso-2022-jp',
  cp932: 'shift_jis',
  cp936: 'gbk',
  cp949: 'euc-kr',
  cp950: 'big5',
  'ansi_x3.4-1968': 'windows-1252',
  'iso-8859-8-i': 'iso-8859-8',
  'unicode-1-1-utf-7': 'utf-7',
};

/** Text of bytes in a charset somebody named. Never throws: what is unknown or wrong is guessed. */
export function decodeText(bytes: Uint8Array, charset = ''): string {
  const label = charset
    .trim()
    .toLowerCase()
    .replace(/^["']|["']$/g, '');
  return clean(named(bytes, ALIASES[label] ?? label.replace(/^(?:cp|win)-?(125\d)$/, 'windows-$1')) ?? guessed(bytes));
}

function named(bytes: Uint8Array, label: string): string | null {
  if (label === '' || label === 'us-ascii' || label === 'ascii' || label.startsWith('unknown')) return null;
  if (label === 'utf-8' || label === 'utf8') return strict(bytes, 'utf-8');
  if (label.startsWith('utf-16') && marked(bytes)) return null;
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    return iconv.encodingExists(label) ? iconv.decode(Buffer.from(bytes), label) : null;
  }
}

/** What nobody named is UTF-8 if it can be, and otherwise what Windows wrote in the West. */
function guessed(bytes: Uint8Array): string {
  const mark = marked(bytes);
  if (mark) return new TextDecoder(mark).decode(bytes);
  return strict(bytes, 'utf-8') ?? new TextDecoder('windows-1252').decode(bytes);
}

function marked(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return null;
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
