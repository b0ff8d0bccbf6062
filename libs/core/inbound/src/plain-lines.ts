import type { Line } from './line.js';

const MARKS = /^(?:>[ \t]?)+/;

/** Lines of a text/plain part. `flowed` joins what the sender's program had broken (RFC 3676). */
export function plainLines(text: string, { flowed = false, delSp = false } = {}): Line[] {
  const lines = text.split(/\r\n|\n|\r/).map((line) => {
    const marks = line.startsWith('>From ') ? '' : (MARKS.exec(line)?.[0] ?? '');
    return { text: line, depth: marks.replace(/[^>]/g, '').length, content: line.slice(marks.length) };
  });
  if (!flowed) return lines.map(({ text: line, depth }) => ({ text: line === '-- ' ? line : line.trimEnd(), depth }));
  const joined: { depth: number; content: string[]; open: boolean }[] = [];
  for (const { depth, content } of lines) {
    const unstuffed = depth === 0 && content.startsWith(' ') ? content.slice(1) : content;
    const isSignature = unstuffed === '-- ';
    const soft = unstuffed.endsWith(' ') && !isSignature;
    const piece = soft && delSp ? unstuffed.slice(0, -1) : unstuffed;
    const last = joined.at(-1);
    if (last?.open && last.depth === depth && !isSignature) {
      last.content.push(piece);
      last.open = soft;
    } else joined.push({ depth, content: [piece], open: soft });
  }
  return joined.map(({ depth, content }) => {
    const whole = content.join('');
    return { text: `${'>'.repeat(depth)}${depth > 0 ? ' ' : ''}${whole === '-- ' ? whole : whole.trimEnd()}`, depth };
  });
}
