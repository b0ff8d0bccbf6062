export interface Uuencoded {
  /** What stands around the files. */
  text: string;
  files: { name: string; content: Buffer }[];
}

const BEGIN = /^begin [0-7]{3,4} (\S.{0,254})$/;
const MAX_FILES = 100;

/** Takes files out of a text that were written into it line by line, as programs did before MIME and some still do. */
export function readUuencoded(text: string): Uuencoded {
  if (!text.includes('begin ')) return { text, files: [] };
  const lines = text.split(/\r\n|\n|\r/);
  const kept: string[] = [];
  const files: Uuencoded['files'] = [];
  for (let at = 0; at < lines.length; at++) {
    const name = BEGIN.exec(lines[at]!)?.[1];
    const found = name === undefined || files.length >= MAX_FILES ? null : fileAt(lines, at + 1);
    if (found) {
      files.push({ name: name!.trim(), content: Buffer.concat(found.pieces) });
      at = found.end;
    } else kept.push(lines[at]!);
  }
  return files.length > 0 ? { text: kept.join('\n'), files } : { text, files };
}

/** Null unless every line to the end is one of such a file: people also begin sentences with “begin”. */
function fileAt(lines: readonly string[], from: number): { pieces: Buffer[]; end: number } | null {
  const pieces: Buffer[] = [];
  for (let at = from; at < lines.length; at++) {
    if (lines[at] === 'end') return pieces.length > 0 ? { pieces, end: at } : null;
    const piece = bytesOf(lines[at]!);
    if (!piece) return null;
    pieces.push(piece);
  }
  return null;
}

function bytesOf(line: string): Buffer | null {
  if (line === '' || line === '`' || line === ' ') return Buffer.alloc(0);
  const length = (line.charCodeAt(0) - 32) & 63;
  const needed = Math.ceil(length / 3) * 4;
  // Blanks at the end were lost on the way; some programs add a character for control.
  if (line.length - 1 > needed + 2 || line.trimEnd().length < line.length - needed || /[^ -`]/.test(line)) return null;
  const written = line.slice(1, 1 + needed).padEnd(needed, ' ');
  const bytes = Buffer.alloc((needed / 4) * 3);
  for (let at = 0, to = 0; at < needed; at += 4, to += 3) {
    const [a, b, c, d] = [0, 1, 2, 3].map((step) => (written.charCodeAt(at + step) - 32) & 63) as [
      number,
      number,
      number,
      number,
    ];
    bytes.writeUIntBE((a << 18) | (b << 12) | (c << 6) | d, to, 3);
  }
  return bytes.subarray(0, length);
}
