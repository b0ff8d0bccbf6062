import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '@foyer/database';
import { businessTimeBetween } from '@foyer/hours';
import type { PortalActor } from '@foyer/identity';
import { Collections, Settings } from '@foyer/settings';
import { TicketPanels, type TicketView } from '@foyer/tickets';
import type { Visit } from '@foyer/web';
import { calendars, hoursOf } from '../hours/calendars.js';
import { type ClockRow, clockRows } from './clock-rows.js';
import { durationWords } from './duration-words.js';
import { slaPolicies, type SlaPolicy } from './policies.js';

/** Shows a ticket's clocks: to the team how much time is left, to the customer when they will hear from us. */
@Injectable()
export class ClockPanels implements OnModuleInit {
  constructor(
    private readonly panels: TicketPanels,
    private readonly database: Database,
    private readonly collections: Collections,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.panels.add(
      { face: 'team', place: 'side', order: 10, load: (_actor, ticket, visit) => this.team(ticket, visit) },
      {
        face: 'customer',
        place: 'side',
        order: 10,
        load: (actor, ticket, visit) => this.customer(actor, ticket, visit),
      },
    );
  }

  private async team(ticket: TicketView, visit: Visit) {
    const { rows, policy } = await this.read(ticket.id);
    if (!policy || rows.length === 0) return null;
    const hours = hoursOf(
      await this.collections.all(calendars),
      policy.hoursId,
      (await this.settings.get('general')).timeZone,
    );
    const left = (row: ClockRow) => {
      if (row.pausedAt) return row.remainingSeconds === null ? null : row.remainingSeconds / 60;
      return row.dueAt && businessTimeBetween(hours, Date.now(), row.dueAt.getTime()) / 60_000;
    };
    return {
      template: 'service/team/clocks',
      view: {
        policy: policy.name,
        clocks: rows.map((row) => {
          const minutes = left(row);
          return {
            label: visit.t(`service.clock.${row.kind}`),
            state: stateOf(row),
            dueAt: row.dueAt?.toISOString() ?? null,
            metAt: row.metAt?.toISOString() ?? null,
            left: minutes === null ? null : durationWords(visit.locale, Math.max(0, Math.floor(minutes))),
          };
        }),
      },
    };
  }

  private async customer(_actor: PortalActor, ticket: TicketView, _visit: Visit) {
    if (!(await this.collections.all(slaPolicies)).some(({ shown, enabled }) => shown && enabled)) return null;
    const { rows, policy } = await this.read(ticket.id);
    if (!policy?.shown) return null;
    const next = (kinds: readonly string[]) =>
      rows.find(
        ({ kind, metAt, pausedAt, dueAt, breachedAt }) =>
          kinds.includes(kind) && !metAt && !pausedAt && dueAt && !breachedAt,
      )?.dueAt;
    const answer = next(['first_response', 'next_response']);
    const solution = next(['resolution']);
    return answer || solution
      ? {
          template: 'service/customer/promise',
          view: { answer: answer?.toISOString() ?? null, solution: solution?.toISOString() ?? null },
        }
      : null;
  }

  private async read(ticketId: string): Promise<{ rows: ClockRow[]; policy: SlaPolicy | undefined }> {
    const found = await this.database.read((em) => clockRows(em, ticketId));
    return { rows: found, policy: await this.collections.find(slaPolicies, found[0]?.policyId ?? null) };
  }
}

function stateOf({ metAt, breachedAt, pausedAt, warnedAt, dueAt }: ClockRow): string {
  if (metAt) return breachedAt ? 'met-late' : 'met';
  if (breachedAt || (dueAt && dueAt.getTime() < Date.now())) return 'late';
  if (pausedAt) return 'paused';
  return warnedAt ? 'soon' : 'running';
}
