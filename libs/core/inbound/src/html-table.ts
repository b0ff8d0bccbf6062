const MAX_COLUMNS = 30;
/** Cells that span several stand for so many empty ones at most: a few bytes must not write a book. */
const MAX_FILLED = 1_000;
/** Longer ones are paragraphs that were put beside each other. */
const MAX_CELL = 300;
const MAX_CELL_LINES = 6;

/** The innermost table, while it is read: at its end it is known whether it holds data or only places things on a page. */
export class HtmlTable {
  private readonly rows: string[][][] = [];
  /** For each column, in how many more rows a cell from above reaches into it. */
  private readonly reaching: number[] = [];
  private header = false;
  private filled = 0;
  private cell: string[] | null = null;

  /** @param from The line with which it begins. */
  constructor(readonly from: number) {}

  beginRow(): void {
    const above = this.rows.at(-1);
    if (above) this.fill(above);
    this.rows.push([]);
    this.cell = null;
  }

  beginCell(header: boolean, columns: number, rows: number): void {
    if (this.rows.length === 0) this.beginRow();
    const row = this.rows.at(-1)!;
    this.header ||= header;
    this.fill(row);
    this.cell = [''];
    for (let at = 0; at < columns && row.length <= MAX_COLUMNS; at++) {
      this.reaching[row.length] = rows - 1;
      row.push(at === 0 ? this.cell : []);
      if (at > 0) this.filled++;
    }
  }

  add(text: string): void {
    if (!this.cell && text.trim() === '') return;
    if (!this.cell) this.beginCell(false, 1, 1);
    this.cell!.push(this.cell!.pop()! + text);
  }

  endLine(): void {
    if (this.cell?.at(-1)?.trim()) this.cell.push('');
  }

  /** Its rows as lines, cells apart and empty ones kept; null when it only places things. */
  lines(): string[] | null {
    const rows = this.rows.map((row) => row.map(textOf)).filter((row) => row.some(Boolean));
    const width = rows.reduce((most, { length }) => Math.max(most, length), 0);
    const paired = rows.filter((row) => row.filter(Boolean).length > 1).length;
    const labels = rows.every((row) => row.length === 2 && row[0]!.endsWith(':'));
    const paragraphs = this.rows.flat().some((cell) => cell.length > MAX_CELL_LINES || textOf(cell).length > MAX_CELL);
    if (width < 2 || width > MAX_COLUMNS || this.filled > MAX_FILLED || labels || paragraphs) return null;
    if (paired < (this.header ? 1 : 2)) return null;
    return rows.map((row) => (row.length === 1 ? row[0]! : row.join(' | ').trim()));
  }

  private fill(row: string[][]): void {
    while (row.length <= MAX_COLUMNS && (this.reaching[row.length] ?? 0) > 0) {
      this.reaching[row.length]!--;
      this.filled++;
      row.push([]);
    }
  }
}

const textOf = (cell: readonly string[]): string =>
  cell
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter(Boolean)
    .join(' / ');
