import { observeSql } from '@foyer/database';
import { currentTenantOrNull } from '@foyer/tenancy';

const NAMED = /\b(?:from|join|into|update)\s+(?:only\s+|lateral\s+)?("[^"]+"|[a-z_]\w*)(?![\w"]|\s*[.(])/gi;
const NO_TABLES = new Set(['set', 'of', 'skip', 'nowait', 'select', 'current_user']);
const TENANT_SCHEMA = /\b(t_[0-9a-f]{32})"?\./g;

/** Names of tables that a statement uses without their schema. */
export function unqualifiedTables(sql: string): string[] {
  const text = sql.replace(/'(?:[^']|'')*'/g, "''").replace(/\bis (?:not )?distinct from\b/gi, '=');
  // What a statement names itself: `with recursive below as (…)`.
  const own = new Set(
    [...text.matchAll(/\b(?:with(?: recursive)?|,)\s+([a-z_]\w*)\s+as\s+\(/gi)].map(([, name]) => name!),
  );
  return [...text.matchAll(NAMED)]
    .map(([, name]) => name!.replaceAll('"', ''))
    .filter((name) => !own.has(name))
    .filter((name) => !NO_TABLES.has(name.toLowerCase()) && !name.startsWith('pg_'));
}

/** Watches every statement of the application: each names its schemas, and only the one of the tenant it works for. */
export class SqlWatch {
  readonly complaints = new Set<string>();
  private muted = false;
  readonly stop = observeSql((sql) => this.see(sql));

  /** Attacks that a test makes on purpose are no complaint. */
  async ignoring<T>(fn: () => Promise<T>): Promise<T> {
    this.muted = true;
    return fn().finally(() => (this.muted = false));
  }

  private see(sql: string): void {
    if (this.muted) return;
    for (const name of unqualifiedTables(sql)) this.complaints.add(`unqualified ${name}: ${sql.slice(0, 300)}`);
    const own = currentTenantOrNull()?.schema;
    for (const [, schema] of sql.matchAll(TENANT_SCHEMA)) {
      if (schema !== own) this.complaints.add(`${own ?? 'outside any tenant'} touches ${schema}: ${sql.slice(0, 300)}`);
    }
  }
}
