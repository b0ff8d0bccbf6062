/** Deeper ones stand no further to the right. */
const MAX_INDENTED = 8;

/** A list of HTML, and what stands before each of its items. */
export class HtmlList {
  private next: number;

  constructor(
    private readonly ordered: boolean,
    private readonly attributes: ReadonlyMap<string, string>,
  ) {
    this.next = wholeNumber(attributes.get('start')) ?? 1;
  }

  marker(value: string | undefined): string {
    if (!this.ordered) return '- ';
    this.next = wholeNumber(value) ?? this.next;
    const number = this.next;
    this.next += this.attributes.has('reversed') ? -1 : 1;
    const type = this.attributes.get('type') ?? '';
    const letters =
      type === 'a' || type === 'A' ? inLetters(number) : type === 'i' || type === 'I' ? inRoman(number) : '';
    return `${type === 'A' || type === 'I' ? letters.toUpperCase() : letters || number}. `;
  }
}

export const indent = (lists: number): string => '   '.repeat(Math.min(Math.max(lists - 1, 0), MAX_INDENTED));

const wholeNumber = (value = ''): number | null => (/^\s*-?\d{1,9}\s*$/.test(value) ? Number(value) : null);

function inLetters(number: number): string {
  let letters = '';
  for (let rest = number; rest > 0; rest = Math.floor((rest - 1) / 26))
    letters = String.fromCharCode(97 + ((rest - 1) % 26)) + letters;
  return letters;
}

const ROMAN: [number, string][] = [
  [1000, 'm'],
  [900, 'cm'],
  [500, 'd'],
  [400, 'cd'],
  [100, 'c'],
  [90, 'xc'],
  [50, 'l'],
  [40, 'xl'],
  [10, 'x'],
  [9, 'ix'],
  [5, 'v'],
  [4, 'iv'],
  [1, 'i'],
];

function inRoman(number: number): string {
  if (number < 1 || number > 3999) return '';
  let rest = number;
  let roman = '';
  for (const [value, letters] of ROMAN) for (; rest >= value; rest -= value) roman += letters;
  return roman;
}
