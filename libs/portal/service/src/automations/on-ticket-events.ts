import { Injectable } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';
import { OnEvent } from '@foyer/events';
import { TicketChanged, TicketNoted, TicketOpened, TicketReplied } from '@foyer/tickets';
import { SlaBreached, SlaWarned } from '../sla/sla.events.js';
import { AutomationRunner } from './automation-runner.js';
import type { EventTrigger } from './automations.js';
import { depthOf } from './rule-runs.js';

interface Happened {
  id: string;
  type: string;
  from: string | null;
  to: string | null;
}

/** Tells automations what has happened to tickets. */
@Injectable()
export class OnTicketEvents {
  constructor(
    private readonly database: Database,
    private readonly runner: AutomationRunner,
  ) {}

  @OnEvent(TicketOpened, 'service.automate-opened')
  opened({ ticketId, messageId }: TicketOpened): Promise<void> {
    return this.tell(['opened'], ticketId, messageId);
  }

  @OnEvent(TicketReplied, 'service.automate-replied')
  replied({ ticketId, messageId, byTeam }: TicketReplied): Promise<void> {
    return this.tell([byTeam ? 'team-replied' : 'customer-replied'], ticketId, messageId);
  }

  @OnEvent(TicketNoted, 'service.automate-noted')
  noted({ ticketId, messageId }: TicketNoted): Promise<void> {
    return this.tell(['noted'], ticketId, messageId);
  }

  /** One change may be of several things; the event names the last of what its transaction wrote. */
  @OnEvent(TicketChanged, 'service.automate-changed')
  async changed({ ticketId, messageId }: TicketChanged): Promise<void> {
    const happened = await this.database.read((em) =>
      rows<Happened>(
        em,
        sql`select m.id, m.data->>'type' as type, m.data->>'from' as "from", m.data->>'to' as "to"
              from ${table('ticket_message')} m join ${table('ticket_message')} last on last.id = ${messageId}
             where m.ticket_id = ${ticketId} and m.kind = 'event' and m.xmin = last.xmin order by m.created_at, m.id`,
      ),
    );
    for (const each of happened) await this.tell(triggersOf(each), ticketId, each.id);
  }

  @OnEvent(SlaWarned, 'service.automate-warned')
  warned({ ticketId, kind, startedAt }: SlaWarned): Promise<void> {
    return this.runner.happened('sla-warned', ticketId, `${kind}:${startedAt}`, 0);
  }

  @OnEvent(SlaBreached, 'service.automate-breached')
  breached({ ticketId, kind, startedAt }: SlaBreached): Promise<void> {
    return this.runner.happened('sla-breached', ticketId, `${kind}:${startedAt}`, 0);
  }

  private async tell(triggers: EventTrigger[], ticketId: string, messageId: string): Promise<void> {
    if (triggers.length === 0) return;
    const depth = await this.database.read((em) => depthOf(em, ticketId, messageId));
    for (const trigger of triggers) await this.runner.happened(trigger, ticketId, messageId, depth);
  }
}

const isAny = <Word extends string>(type: string, words: readonly Word[]): type is Word =>
  (words as readonly string[]).includes(type);

function triggersOf({ type, from, to }: Happened): EventTrigger[] {
  if (type === 'assignee') return to ? ['assigned'] : [];
  if (isAny(type, ['group', 'priority', 'rated', 'approved', 'rejected'])) return [type];
  if (type !== 'status' || from === to) return [];
  return [
    'status',
    ...(to === 'solved' ? ['solved' as const] : from === 'solved' && to !== 'closed' ? ['reopened' as const] : []),
  ];
}
