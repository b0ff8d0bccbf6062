import { Injectable } from '@nestjs/common';
import { type Actor, NotFound, holds } from '@foyer/access';
import { Database, join, rows, sql, table } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { Files, type StoredFile } from '@foyer/files';
import type { Authentication } from '@foyer/inbound';
import { MailReceived } from './correspondence.events.js';
import type { InboundStatus, Reason, Way } from './inbound-mail.js';
import { MailReading } from './jobs/reading.js';

export interface LogRow {
  id: string;
  way: Way;
  sender: string;
  recipient: string;
  subject: string;
  status: InboundStatus;
  reason: Reason | null;
  authentication: Authentication;
  hasSource: boolean;
  ticket: number | null;
  /** With microseconds: half of the cursor. */
  at: string;
  receivedAt: string;
}
export interface LogFilter {
  search: string | null;
  status: InboundStatus | null;
  cursor: string | null;
  limit: number;
}

const CURSOR = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\+00)~([0-9a-f-]{36})$/;

/** What came in and what became of it, for those who manage the portal. */
@Injectable()
export class MailLog {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly files: Files,
    private readonly reading: MailReading,
  ) {}

  /** The latest first. One statement. */
  async page(actor: Actor, { search, status, cursor, limit }: LogFilter) {
    mayLook(actor);
    const [, at, id] = CURSOR.exec(cursor ?? '') ?? [];
    const where = [sql`true`];
    if (status) where.push(sql`i.status = ${status}`);
    if (at) where.push(sql`(i.received_at, i.id) < (${at}::timestamptz, ${id}::uuid)`);
    if (search) {
      const like = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
      where.push(sql`(i.sender ilike ${like} or i.subject ilike ${like} or i.recipient ilike ${like})`);
    }
    const found = await this.database.read((em) =>
      rows<LogRow>(
        em,
        sql`select i.id, i.way, i.sender, i.recipient, i.subject, i.status, i.reason, i.authentication, i.file_id is not null as "hasSource",
                   t.number::int as ticket, (i.received_at at time zone 'UTC')::text || '+00' as at, i.received_at as "receivedAt"
              from ${table('inbound_mail')} i left join ${table('ticket')} t on t.id = i.ticket_id
             where ${join(where, ' and ')} order by i.received_at desc, i.id desc limit ${limit + 1}`,
      ),
    );
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return { rows: page, next: found.length > limit && last ? `${last.at}~${last.id}` : null };
  }

  async source(actor: Actor, id: string): Promise<StoredFile> {
    mayLook(actor);
    const row = await this.reading.row(id);
    if (!row?.fileId) throw new NotFound();
    return this.files.find(row.fileId);
  }

  /** Reads a mail anew, as if it had just come: after a setting has changed, or the person was added. */
  async retry(actor: Actor, id: string): Promise<void> {
    mayLook(actor);
    await this.database.write(async (em) => {
      const [row] = await rows<{ attempts: number }>(
        em,
        sql`update ${table('inbound_mail')} set status = 'received', reason = null
             where id = ${id} and status in ('held', 'refused', 'ignored') and file_id is not null returning attempts`,
      );
      if (!row) throw new NotFound();
      await this.outbox.publish(new MailReceived(id, row.attempts));
    });
  }

  /** Makes a ticket of a mail that was held back; false when that is not possible. */
  async accept(actor: Actor, id: string): Promise<boolean> {
    mayLook(actor);
    const row = await this.reading.row(id);
    if (!row?.fileId || row.status !== 'held') throw new NotFound();
    return this.reading.accept(row, 'none');
  }

  /** Forgets mails as they came, and after a year that they came at all. */
  async sweep(keepDays: number): Promise<void> {
    await this.database.write(async (em) => {
      const old = await rows<{ id: string }>(
        em,
        sql`update ${table('inbound_mail')} i set file_id = null
              from (select id, file_id from ${table('inbound_mail')}
                     where file_id is not null and received_at < now() - make_interval(days => ${keepDays}) and status <> 'received'
                     order by received_at limit 500) o
             where i.id = o.id returning o.file_id as id`,
      );
      for (const { id } of old) await this.files.remove(id);
      await rows(em, sql`delete from ${table('inbound_mail')} where received_at < now() - interval '1 year'`);
    });
  }
}

function mayLook(actor: Actor): void {
  if (!holds(actor.ability, 'manage', 'Settings')) throw new NotFound();
}
