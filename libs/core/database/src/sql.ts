import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { CompiledQuery, type ControlledTransaction } from 'kysely';
import { currentTenant } from '@foyer/tenancy';

/** A piece of SQL with its parameters, made by the tag `sql`. What is interpolated becomes a parameter, never text. */
export class Sql {
  constructor(
    readonly parts: readonly string[],
    readonly values: readonly unknown[],
  ) {}
}

/** ``sql`select … from ${table('ticket')} t where ${condition} limit ${25}` `` – pieces of `Sql` are spliced in, all else is bound. */
export function sql(parts: TemplateStringsArray, ...values: unknown[]): Sql {
  return new Sql(parts, values);
}

/** Text of our own making as it is. Only for constants of the code, such as a sort order picked from an enum. */
export function verbatim(text: string): Sql {
  return new Sql([text], []);
}

/** Behind a name in `order by`: as the alphabets have it (Ärzte before Zebra, é beside e), where bytes would put capitals first and accents last. */
export const ALPHABETICAL = verbatim('collate pg_catalog."und-x-icu"');

/** A table of the ambient tenant, with its schema: there is no other way to name one. */
export function table(name: string): Sql {
  return tableOf(currentTenant().schema, name);
}

/** Inside this module, and where the platform has the same table as its tenants. */
export function tableOf(schema: string, name: string): Sql {
  return verbatim(`"${schema}"."${name}"`);
}

/** A condition written with `?`, such as `accessible()` makes, as a piece of `Sql`. */
export function condition({ text, params }: { text: string; params: unknown[] }): Sql {
  return new Sql(text.split('?'), params);
}

export function join(pieces: Sql[], separator: string): Sql {
  return new Sql(['', ...pieces.slice(1).map(() => separator), ''], pieces);
}

/** Runs a statement in the transaction of `em` and returns plain rows. Timestamps stay ISO-like strings, for views. */
export async function rows<Row>(em: SqlEntityManager, statement: Sql): Promise<Row[]> {
  const transaction = em.getTransactionContext<ControlledTransaction<unknown>>();
  if (!transaction) throw new Error('rows() runs inside Database.read or Database.write');
  const params: unknown[] = [];
  const result = await transaction.executeQuery<Row>(CompiledQuery.raw(text(statement, params), params));
  return result.rows;
}

function text({ parts, values }: Sql, params: unknown[]): string {
  let out = parts[0]!;
  values.forEach((value, index) => {
    out += value instanceof Sql ? text(value, params) : `$${params.push(value)}`;
    out += parts[index + 1]!;
  });
  return out;
}
