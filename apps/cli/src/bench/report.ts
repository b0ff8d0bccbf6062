import { writeFileSync } from 'node:fs';

/** One line of the report. Fields that do not apply are left out. */
export interface Result {
  name: string;
  /** In the database while it was measured. */
  tenants?: number;
  /** In the tenant that was measured. */
  tickets?: number;
  /** Throughput of the product ÷ throughput of the floor; for `sign-up` the floor's time ÷ the product's. */
  ratio?: number;
  requestsPerSecond?: number;
  p50ms?: number;
  p95ms?: number;
  /** Processor time of the web process for one request; unlike throughput, what else the machine does hardly touches it. */
  cpuMs?: number;
  /** Statements of one request, without begin and commit. */
  statements?: number;
  /** What PostgreSQL needs to carry them out, by EXPLAIN ANALYZE. */
  databaseMs?: number;
  /** The slowest of those statements alone. */
  slowestMs?: number;
  /** For what is done once: milliseconds for one. */
  ms?: number;
  megabytes?: number;
}

const COLUMNS = [
  'name',
  'tenants',
  'tickets',
  'ratio',
  'requestsPerSecond',
  'p50ms',
  'p95ms',
  'cpuMs',
  'statements',
  'databaseMs',
  'slowestMs',
  'ms',
  'megabytes',
] as const;

export function printTable(results: Result[]): void {
  const rows = [
    COLUMNS as readonly string[],
    ...results.map((result) => COLUMNS.map((column) => String(result[column] ?? ''))),
  ];
  const widths = COLUMNS.map((_, index) => Math.max(...rows.map((row) => row[index]!.length)));
  for (const row of rows)
    process.stdout.write(
      `${row.map((cell, index) => (index === 0 ? cell.padEnd(widths[index]!) : cell.padStart(widths[index]!))).join('  ')}\n`,
    );
}

export function writeJson(file: string, results: Result[]): void {
  writeFileSync(file, `${JSON.stringify({ results }, null, 2)}\n`);
}

export const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits));

/** What is being done, beside the figures. */
export const say = (text: string): void => void process.stderr.write(`${text}\n`);

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
