/// <reference lib="esnext.temporal" />
import { Injectable, Logger } from '@nestjs/common';
import { Conflict, InvalidField } from '@foyer/access';
import { Database, rows, sql, table } from '@foyer/database';
import { Every } from '@foyer/events';
import type { PortalActor } from '@foyer/identity';
import { inTenant } from '@foyer/tenancy';
import { Directory } from '@foyer/tenants';
import type { Visit } from '@foyer/web';
import { robot } from './robots.js';
import { TicketThread, type TicketRef } from './ticket-thread.js';

const SECONDS = 120;
/** In one tenant and round; the next takes the rest. */
const LIMIT = 500;
const MORNING = 9;
const LATER_HOURS = 3;
const MOST_DAYS = 366;

/** What is offered beside a time of one's own. */
export const SNOOZES = ['later', 'tomorrow', 'week'] as const;
export type Snooze = (typeof SNOOZES)[number];

/** When it ends in the reader's own time: in three hours, tomorrow or on Monday at nine. */
export function endOf(snooze: Snooze, timeZone: string, now = Temporal.Now.instant()): Date {
  const here = now.toZonedDateTimeISO(timeZone);
  const days = snooze === 'tomorrow' ? 1 : 8 - here.dayOfWeek;
  const then =
    snooze === 'later' ? here.add({ hours: LATER_HOURS }) : here.add({ days }).withPlainTime({ hour: MORNING });
  return new Date(then.epochMilliseconds);
}

/** What the page offers: each with when it would end, and the bounds of a time of one's own. */
export function snoozeChoices(visit: Pick<Visit, 't' | 'timeZone'>, action: string) {
  const now = Temporal.Now.zonedDateTimeISO(visit.timeZone);
  const minute = (at: Temporal.ZonedDateTime) => at.toPlainDateTime().toString({ smallestUnit: 'minute' });
  return {
    action,
    choices: SNOOZES.map((value) => ({
      ...{ value, label: visit.t(`tickets.snooze.${value}`) },
      at: endOf(value, visit.timeZone).toISOString(),
    })),
    min: minute(now),
    max: minute(now.add({ days: MOST_DAYS })),
  };
}

/** `2026-12-24T09:00`, as a control for date and time sends it, in the reader's own time. @throws InvalidField */
export function timeOf(typed: string, timeZone: string): Date {
  try {
    return new Date(Temporal.PlainDateTime.from(typed).toZonedDateTime(timeZone).epochMilliseconds);
  } catch {
    throw new InvalidField('at', 'tickets.snooze.wrong');
  }
}

/** Tickets laid aside until a time: until then they are in no list of what is to be done. */
@Injectable()
export class Snoozes {
  private readonly log = new Logger('Snoozes');

  constructor(
    private readonly database: Database,
    private readonly directory: Directory,
    private readonly thread: TicketThread,
  ) {}

  async begin(actor: PortalActor, ref: TicketRef, until: Date): Promise<void> {
    const days = (until.getTime() - Date.now()) / 86_400_000;
    if (days <= 0 || days > MOST_DAYS) throw new InvalidField('at', 'tickets.snooze.wrong');
    await this.thread.change(actor, 'update', ref, async (ticket) => {
      if (ticket.status === 'solved' || ticket.status === 'closed') throw new Conflict('tickets.snooze.over');
      ticket.snoozedUntil = until;
      await this.thread.happened(ticket, actor, [{ type: 'snoozed', from: null, to: until.toISOString() }]);
    });
  }

  async end(actor: PortalActor, ref: TicketRef, by: 'unsnoozed' | 'snooze-over' = 'unsnoozed'): Promise<void> {
    await this.thread.change(actor, 'update', ref, async (ticket) => {
      if (ticket.snoozedUntil === null) return;
      Object.assign(ticket, { snoozedUntil: null, updatedAt: new Date() });
      await this.thread.happened(ticket, actor, [{ type: by, from: null, to: null }]);
    });
  }

  @Every(SECONDS, 'tickets.snoozes')
  async round(): Promise<void> {
    for await (const tenant of this.directory.operating())
      await inTenant(tenant, () => this.sweep()).catch((error: Error) =>
        this.log.warn(`${tenant.id}: ${error.message}`),
      );
  }

  /** Brings back, in the ambient tenant, those whose time has come: in front of the lists, with a line in the thread. */
  async sweep(): Promise<void> {
    const due = await this.database.read((em) =>
      rows<{ id: string }>(
        em,
        sql`select id from ${table('ticket')} where snoozed_until <= now() order by snoozed_until limit ${LIMIT}`,
      ),
    );
    for (const { id } of due) await this.end(robot('clock'), id, 'snooze-over');
  }
}
