import { Injectable } from '@nestjs/common';
import { join, rows, type Sql, sql, table, verbatim } from '@foyer/database';
import { currentTenant } from '@foyer/tenancy';
import type { SqlEntityManager } from '@mikro-orm/postgresql';

interface Use {
  table: string;
  column: string;
  kind: 'id' | 'json';
}

/** Where modules refer to files. What none of these places names is nobody's, and goes in time. */
@Injectable()
export class FileUses {
  private uses: Use[] = [];

  /** A column that holds the id of a file. */
  column(table: string, column: string): void {
    this.add({ table, column, kind: 'id' });
  }

  /** A column of JSON that may hold ids of files, as whole strings at any depth. */
  json(table: string, column: string): void {
    this.add({ table, column, kind: 'json' });
  }

  /**
   * The condition that nothing refers to the file `f`.
   * @throws when somebody refers to files without having said so: then nothing can be said of any file
   */
  async nowhere(em: SqlEntityManager): Promise<Sql> {
    const silent = (await referring(em)).filter(
      (one) => !this.uses.some((use) => use.table === one.table && use.column === one.column),
    );
    if (silent.length > 0 || this.uses.length === 0)
      throw new Error(
        `Nobody speaks for ${silent.map((one) => `${one.table}.${one.column}`).join(', ') || 'any file'}`,
      );
    return join(this.uses.map(without), ' and ');
  }

  private add(use: Use): void {
    if (![use.table, use.column].every((name) => /^[a-z_]+$/.test(name))) throw new Error(`${use.table}.${use.column}`);
    this.uses = [...this.uses, use];
  }
}

function without({ table: name, column, kind }: Use): Sql {
  const named = verbatim(`r."${column}"`);
  return kind === 'id'
    ? sql`not exists (select from ${table(name)} r where ${named} = f.id)`
    : sql`not exists (select from ${table(name)} r, jsonb_path_query(${named}, '$.** ? (@.type() == "string")') v
                       where v #>> '{}' = f.id::text)`;
}

/** Columns of which the database itself knows that they refer to files. */
function referring(em: SqlEntityManager): Promise<{ table: string; column: string }[]> {
  return rows(
    em,
    sql`select t.relname as table, a.attname as column
          from pg_catalog.pg_constraint c
          join pg_catalog.pg_class t on t.oid = c.conrelid
          join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = any(c.conkey)
         where c.contype = 'f' and c.confrelid = to_regclass(${`"${currentTenant().schema}"."file"`})`,
  );
}
