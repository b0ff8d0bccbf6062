type Part = readonly [type: string, value: string];

const LONGEST = 4_000;
const SPECIAL = /[\s"#+,;<=>\\]/;

/**
 * The parts of a distinguished name, from the entry up, each with its attributes and their values as they are meant: without escapes (RFC 4514, 3).
 * Null: it is none.
 */
export function parseDn(dn: string): Part[][] | null {
  if (dn.length > LONGEST) return null;
  const names: Part[][] = [[]];
  for (let at = 0; at <= dn.length;) {
    const type = /^\s*((?:oid\.)?[A-Za-z0-9][A-Za-z0-9.-]*)\s*=\s*/i.exec(dn.slice(at, at + 200));
    if (!type) return null;
    const value = valueAt(dn, at + type[0].length);
    if (!value) return null;
    names.at(-1)!.push([type[1]!.toLowerCase(), value.text]);
    const next = dn[value.end];
    if (next === undefined) return names;
    if (next !== '+') names.push([]);
    at = value.end + 1;
  }
  return null;
}

/** Up to what ends it; blanks at its end count only where they are escaped. */
function valueAt(dn: string, from: number): { text: string; end: number } | null {
  const bytes: Buffer[] = [];
  let blanks = '';
  for (let at = from; ;) {
    const letter = dn[at];
    if (letter === undefined || letter === ',' || letter === ';' || letter === '+')
      return { text: Buffer.concat(bytes).toString('utf8'), end: at };
    if (letter === ' ') {
      blanks += letter;
      at += 1;
      continue;
    }
    bytes.push(Buffer.from(blanks));
    blanks = '';
    if (letter !== '\\') {
      const whole = String.fromCodePoint(dn.codePointAt(at)!);
      bytes.push(Buffer.from(whole));
      at += whole.length;
      continue;
    }
    const pair = /^[\da-f]{2}/i.exec(dn.slice(at + 1, at + 3))?.[0];
    if (pair === undefined && !SPECIAL.test(dn[at + 1] ?? '')) return null;
    bytes.push(pair === undefined ? Buffer.from(dn[at + 1]!) : Buffer.from(pair, 'hex'));
    at += pair === undefined ? 2 : 3;
  }
}

/** The same for all ways of writing one name: directories change case, blanks and escapes as they like. */
export function dnKey(dn: string): string {
  const names = parseDn(dn);
  if (names === null) return dn.trim().toLowerCase();
  const plain = names.map((parts) =>
    parts.map(([type, value]) => [type, value.toLowerCase().replace(/\s+/g, ' ').trim()].join('=')).sort(),
  );
  return JSON.stringify(plain);
}

/** What people call an entry: the value of its own part. */
export const nameIn = (dn: string): string => parseDn(dn)?.[0]?.[0]?.[1] ?? dn;
