import { Injectable } from '@nestjs/common';
import { type Actor, Conflict, holds, NotFound, Refused } from '@foyer/access';
import { Database, hasSql, join, rows, sql, table } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { Files, type StoredFile } from '@foyer/files';
import type { Authentication } from '@foyer/inbound';
import { MailDismissed, MailReceived } from './correspondence.events.js';
import type { InboundRow, InboundStatus, Reason, Way } from './inbound-mail.js';
import { MailReading } from './jobs/reading.js';

export interface LogRow {
  id: string;
  way: Way;
  sender: string;
  recipient: string;
  /** Null: for others to read. */
  subject: string | null;
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
  async page(actor: Actor, filter: LogFilter) {
    mayLook(actor);
    return this.find(filter, holds(actor.ability, 'read', 'Mail'));
  }

  /** Without subjects for whoever may not read them: neither to see nor to search. */
  private async find({ search, status, cursor, limit }: LogFilter, subjects: boolean) {
    const [, at, id] = CURSOR.exec(cursor ?? '') ?? [];
    const subject = subjects ? sql`i.subject` : sql`null`;
    const where = [sql`true`];
    if (status) where.push(sql`i.status = ${status}`);
    if (at) where.push(sql`(i.received_at, i.id) < (${at}::timestamptz, ${id}::uuid)`);
    if (search) where.push(hasSql(sql`concat_ws(chr(10), i.sender, ${subject}, i.recipient)`, [search]));
    const found = await this.database.read((em) =>
      rows<LogRow>(
        em,
        sql`select i.id, i.way, i.sender, i.recipient, ${subject} as subject, i.status, i.reason, i.authentication, i.file_id is not null as "hasSource",
                   t.number::int as ticket, (i.received_at at time zone 'UTC')::text || '+00' as at, i.received_at as "receivedAt"
              from ${table('inbound_mail')} i left join ${table('ticket')} t on t.id = i.ticket_id
             where ${join(where, ' and ')} order by i.received_at desc, i.id desc limit ${limit + 1}`,
      ),
    );
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return { rows: page, next: found.length > limit && last ? `${last.at}~${last.id}` : null };
  }

  /** What waits for somebody to decide, the oldest last. */
  async held(actor: Actor, cursor: string | null, limit: number) {
    mayDecide(actor);
    return this.find({ search: null, status: 'held', cursor, limit }, true);
  }

  async heldSource(actor: Actor, id: string): Promise<StoredFile> {
    mayDecide(actor);
    return this.files.find((await this.heldRow(id)).fileId!);
  }

  /** Nothing will come of it; it stays in the log. */
  async dismiss(actor: Actor, id: string): Promise<void> {
    mayDecide(actor);
    await this.database.write(async (em) => {
      const done = await rows(
        em,
        sql`update ${table('inbound_mail')} set status = 'refused', reason = 'dismissed', handled_at = now()
             where id = ${id} and status = 'held' returning 1`,
      );
      if (done.length === 0) await this.heldRow(id);
      else await this.outbox.publish(new MailDismissed(id), { by: actor });
    });
  }

  async source(actor: Actor, id: string): Promise<StoredFile> {
    mayLook(actor);
    if (!holds(actor.ability, 'read', 'Mail')) throw new Refused();
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
      if (!row) throw (await this.reading.row(id)) ? new Conflict('correspondence.held.decided') : new NotFound();
      await this.outbox.publish(new MailReceived(id, row.attempts), { by: actor });
    });
  }

  /** Lets a mail that was held back join the ticket it answers, or makes one of it; null when neither is possible. */
  async accept(actor: Actor, id: string): Promise<'opened' | 'joined' | null> {
    mayDecide(actor);
    return this.reading.accept(await this.heldRow(id));
  }

  private async heldRow(id: string): Promise<InboundRow> {
    const row = await this.reading.row(id);
    if (row && row.status !== 'held') throw new Conflict('correspondence.held.decided');
    if (!row?.fileId) throw new NotFound();
    return row;
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
  if (!holds(actor.ability, 'manage', 'Settings')) throw new Refused();
}

function mayDecide(actor: Actor): void {
  if (!holds(actor.ability, 'decide', 'Mail')) throw new Refused();
}
