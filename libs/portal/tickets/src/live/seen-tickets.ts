import { Injectable } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';
import type { PortalActor } from '@foyer/identity';

/** How far each member of the team has read each ticket. A page that is read cannot write it: the browser says it, or what they do. */
@Injectable()
export class SeenTickets {
  constructor(private readonly database: Database) {}

  /** Everything in the ticket up to now. Writes only where there was something new: the browser says it again and again. */
  async now({ id }: PortalActor, number: number): Promise<void> {
    await this.database.write((em) =>
      rows(
        em,
        sql`insert into ${table('ticket_seen')} as s (person_id, ticket_id, seen_at)
            select ${id}::uuid, t.id, now() from ${table('ticket')} t where t.number = ${number}
                on conflict (person_id, ticket_id) do update set seen_at = excluded.seen_at
             where exists (select 1 from ${table('ticket_message')} m where m.ticket_id = s.ticket_id and m.kind <> 'event' and m.created_at > s.seen_at)`,
      ),
    );
  }
}
