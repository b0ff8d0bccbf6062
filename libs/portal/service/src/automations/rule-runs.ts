import { rows, sql, table } from '@foyer/database';
import type { SqlEntityManager } from '@mikro-orm/postgresql';

export interface RuleRun {
  ticketId: string;
  ruleId: string;
  /** What set the rule going; the same cause never does so twice. */
  cause: string;
  depth?: number;
}

/** False when the rule has already run for that cause. The ticket stays locked: to lock it only later would be to wait for one another. */
export async function begin(em: SqlEntityManager, { ticketId, ruleId, cause, depth = 0 }: RuleRun): Promise<boolean> {
  await rows(em, sql`select 1 from ${table('ticket')} where id = ${ticketId} for update`);
  const begun = await rows(
    em,
    sql`insert into ${table('rule_run')} (ticket_id, rule_id, cause, depth) values (${ticketId}, ${ruleId}, ${cause}, ${depth})
        on conflict do nothing returning 1`,
  );
  return begun.length > 0;
}

/** Notes what the rule left in the thread, so that what comes of it is known to come of it. */
export async function leave(
  em: SqlEntityManager,
  { ticketId, ruleId, cause }: RuleRun,
  name: string,
  since: Date,
): Promise<void> {
  await rows(
    em,
    sql`update ${table('rule_run')} set message_ids = array(
          select m.id from ${table('ticket_message')} m
           where m.ticket_id = ${ticketId} and m.author_id is null and m.data->>'by' = ${name} and m.created_at >= ${since})
         where ticket_id = ${ticketId} and rule_id = ${ruleId} and cause = ${cause}`,
  );
}

/** How many rules stand one after the other behind a message: 0 for people's. */
export async function depthOf(em: SqlEntityManager, ticketId: string, messageId: string): Promise<number> {
  const [run] = await rows<{ depth: number }>(
    em,
    sql`select max(depth) + 1 as depth from ${table('rule_run')} where ticket_id = ${ticketId} and ${messageId}::uuid = any(message_ids)`,
  );
  return run?.depth ?? 0;
}

/** Of tickets that are history, nothing can be caused any more. */
export async function forgetOld(em: SqlEntityManager): Promise<void> {
  await rows(
    em,
    sql`delete from ${table('rule_run')} r using ${table('ticket')} t
         where t.id = r.ticket_id and t.status = 'closed' and r.ran_at < now() - interval '400 days'`,
  );
}
