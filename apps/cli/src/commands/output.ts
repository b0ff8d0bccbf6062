export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Rows with their columns below each other. */
export function table(rows: string[][]): string {
  if (rows.length === 0) return '';
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: string[]) =>
    row.map((cell, column) => (column < row.length - 1 ? cell.padEnd(widths[column]!) : cell)).join('  ');
  return rows.map((row) => `  ${line(row)}`).join('\n');
}
