import { Injectable } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';
import { OnEvent, Outbox } from '@foyer/events';
import { translate } from '@foyer/i18n';
import { Collections, Settings, SettingsChanged } from '@foyer/settings';
import {
  robot,
  asTold,
  Ticket,
  TicketChanged,
  TicketMerged,
  TicketOpened,
  TicketReopened,
  TicketReplied,
  Tickets,
  TicketSolved,
} from '@foyer/tickets';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { calendars, hoursOf } from '../hours/calendars.js';
import { type ClockRow, clockRows, forgetOthers, keep } from './clock-rows.js';
import { type Clock, clocksOf } from './clocks.js';
import { historyOf } from './history.js';
import { policyFor, slaPolicies, type SlaPolicy } from './policies.js';
import { ClockDue, ClocksStale, SlaBreached, SlaWarned } from './sla.events.js';

const BATCH = 100;
/** A change of these changes what is promised. */
const PROMISES: readonly string[] = [slaPolicies.section.name, calendars.section.name, 'general'];

/**
 * Keeps the clocks of tickets. They are always worked out anew from the ticket's history, so it does not matter which event
 * comes first, twice or late.
 */
@Injectable()
export class SlaClocks {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly collections: Collections,
    private readonly settings: Settings,
    private readonly tickets: Tickets,
  ) {}

  @OnEvent(TicketOpened, 'service.clocks-opened')
  opened({ ticketId }: TicketOpened): Promise<void> {
    return this.update(ticketId);
  }

  @OnEvent(TicketReplied, 'service.clocks-replied')
  replied({ ticketId }: TicketReplied): Promise<void> {
    return this.update(ticketId);
  }

  @OnEvent(TicketSolved, 'service.clocks-solved')
  solved({ ticketId }: TicketSolved): Promise<void> {
    return this.update(ticketId);
  }

  @OnEvent(TicketReopened, 'service.clocks-reopened')
  reopened({ ticketId }: TicketReopened): Promise<void> {
    return this.update(ticketId);
  }

  @OnEvent(TicketChanged, 'service.clocks-changed')
  changed({ ticketId }: TicketChanged): Promise<void> {
    return this.update(ticketId);
  }

  @OnEvent(TicketMerged, 'service.clocks-merged')
  async merged({ ticketId, intoId }: TicketMerged): Promise<void> {
    await this.update(ticketId);
    await this.update(intoId);
  }

  @OnEvent(ClockDue, 'service.clocks-due')
  due({ ticketId }: ClockDue): Promise<void> {
    return this.update(ticketId);
  }

  @OnEvent(SettingsChanged, 'service.clocks-settings')
  async promisesChanged({ section, keys }: SettingsChanged): Promise<void> {
    if (!PROMISES.includes(section) || (section === 'general' && !keys.includes('timeZone'))) return;
    await this.outbox.publish(new ClocksStale(null));
  }

  @OnEvent(ClocksStale, 'service.clocks-stale')
  async stale({ afterId }: ClocksStale): Promise<void> {
    const ids = await this.database.read((em) =>
      rows<{ id: string }>(
        em,
        sql`select id from ${table('ticket')} where status in ('open', 'pending', 'on_hold') and (${afterId}::uuid is null or id > ${afterId}::uuid)
             order by id limit ${BATCH}`,
      ),
    );
    for (const { id } of ids) await this.update(id, true);
    if (ids.length === BATCH) await this.outbox.publish(new ClocksStale(ids.at(-1)!.id));
  }

  /** Brings a ticket's clocks up to date. Quietly: what a new policy finds late already raises no alarm. */
  async update(ticketId: string, quietly = false): Promise<void> {
    const policies = await this.collections.all(slaPolicies);
    const all = await this.collections.all(calendars);
    const { timeZone } = await this.settings.get('general');
    await this.database.write(async (em) => {
      await rows(em, sql`select 1 from ${table('ticket')} where id = ${ticketId} for update`);
      const ticket = await em.findOne(Ticket, { id: ticketId }, { refresh: true });
      if (!ticket) return;
      const policy = policyFor(policies, ticket);
      const clocks = policy
        ? clocksOf(policy, hoursOf(all, policy.hoursId, timeZone), await historyOf(em, ticket), Date.now())
        : [];
      const before = await clockRows(em, ticketId);
      await forgetOthers(
        em,
        ticketId,
        clocks.map(({ kind }) => kind),
      );
      for (const clock of clocks) await this.note(em, ticket, policy!, clock, before, quietly);
      const due = nextDue(clocks);
      if (due !== (ticket.dueAt?.getTime() ?? null))
        await this.tickets.due(ticketId, due === null ? null : new Date(due));
    });
  }

  private async note(
    em: SqlEntityManager,
    ticket: Ticket,
    policy: SlaPolicy,
    clock: Clock,
    before: ClockRow[],
    quietly: boolean,
  ): Promise<void> {
    const known = before.find(({ kind, startedAt }) => kind === clock.kind && startedAt.getTime() === clock.startedAt);
    await keep(em, ticket.id, policy.id, clock);
    for (const [at, was] of [
      [clock.warnAt, known?.warnAt],
      [clock.dueAt, known?.dueAt],
    ] as const)
      if (clock.metAt === null && at !== null && at !== was?.getTime()) await this.lookAgain(ticket.id, at);
    // What was promised before and is late now is late all the same.
    if (quietly && known?.dueAt?.getTime() !== clock.dueAt) return;
    const dueAt = clock.dueAt === null ? null : new Date(clock.dueAt).toISOString();
    const startedAt = new Date(clock.startedAt).toISOString();
    const facts = [ticket.id, policy.id, clock.kind, startedAt, dueAt, asTold(ticket)] as const;
    const tell = async (type: 'sla-breached' | 'sla-warned') => {
      const { defaultLocale } = await this.settings.get('general');
      const toName = translate(defaultLocale, `service.clock.${clock.kind}`);
      await this.tickets.log(robot(policy.name), ticket.id, { type, from: null, to: clock.kind, toName });
    };
    if (clock.breachedAt !== null && !known?.breachedAt) {
      await this.outbox.publish(new SlaBreached(...facts));
      await tell('sla-breached');
    } else if (clock.warnedAt !== null && !known?.warnedAt && !known?.breachedAt && clock.metAt === null) {
      await this.outbox.publish(new SlaWarned(...facts));
      await tell('sla-warned');
    }
  }

  private async lookAgain(ticketId: string, at: number): Promise<void> {
    const seconds = Math.ceil((at - Date.now()) / 1000);
    if (seconds > 0) await this.outbox.publish(new ClockDue(ticketId), { afterSeconds: seconds });
  }
}

/** The nearest promise that is not kept yet, late ones included; null while all wait. */
function nextDue(clocks: readonly Clock[]): number | null {
  const due = clocks.flatMap(({ dueAt, metAt, pausedAt }) =>
    dueAt !== null && metAt === null && pausedAt === null ? [dueAt] : [],
  );
  return due.length > 0 ? Math.min(...due) : null;
}
