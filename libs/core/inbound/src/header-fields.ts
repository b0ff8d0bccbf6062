const MAX_FIELDS = 5_000;
/** Of one field's value: what reads addresses and encoded words looks back and ahead in it. */
const MAX_VALUE = 16 * 1024;

/** The header of a mail or of a part: names in lower case, values unfolded, bytes as latin1. */
export class HeaderFields {
  private readonly fields: { name: string; value: string }[] = [];

  constructor(block: string) {
    let current: { name: string; value: string[] } | null = null;
    const end = () => {
      if (current && this.fields.length < MAX_FIELDS)
        this.fields.push({ name: current.name, value: trimmed(current.value.join(' ').slice(0, MAX_VALUE)) });
    };
    for (const line of block.split('\n')) {
      if (line[0] === ' ' || line[0] === '\t') {
        current?.value.push(trimmed(line));
        continue;
      }
      const colon = line.indexOf(':');
      if (colon < 1 || colon > 200) continue;
      end();
      current = { name: trimmed(line.slice(0, colon)).toLowerCase(), value: [trimmed(line.slice(colon + 1))] };
    }
    end();
  }

  get(name: string): string {
    return this.fields.find((field) => field.name === name)?.value ?? '';
  }

  has(name: string): boolean {
    return this.fields.some((field) => field.name === name);
  }

  all(name: string): string[] {
    return this.fields.filter((field) => field.name === name).map(({ value }) => value);
  }

  get size(): number {
    return this.fields.length;
  }

  names(): string[] {
    return this.fields.map(({ name }) => name);
  }
}

/** Without blanks around it; to `trim` the second half of many a letter in UTF-8 is a blank, too. */
function trimmed(bytes: string): string {
  let [start, end] = [0, bytes.length];
  while (start < end && BLANKS.includes(bytes[start]!)) start++;
  while (end > start && BLANKS.includes(bytes[end - 1]!)) end--;
  return bytes.slice(start, end);
}
const BLANKS = ' \t\r\n';
