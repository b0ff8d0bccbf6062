import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ALWAYS, businessTimeBetween } from '@foyer/hours';
import { Collections, Settings } from '@foyer/settings';
import { ticketPanels } from '@foyer/places';
import { Slots } from '@foyer/slots';
import { partOf, ticketParts, type TicketView } from '@foyer/tickets';
import type { Visit } from '@foyer/web';
import { calendars, hoursOf } from '../hours/calendars.js';
import { clockPart, type ShownClock } from './clock-part.js';
import { CLOCK_KINDS, type ClockKind } from './clocks.js';
import { durationWords } from './duration-words.js';
import { slaPolicies, type SlaPolicy } from './policies.js';

const MINUTE = 60_000;

/** Shows a ticket's clocks: to the team how much time is left, to the customer when they will hear from us. */
@Injectable()
export class ClockPanels implements OnModuleInit {
  constructor(
    private readonly slots: Slots,
    private readonly collections: Collections,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.slots.fill(ticketParts, 10, clockPart);
    this.slots.fill(
      ticketPanels,
      10,
      { face: 'team', place: 'side', load: (_actor, ticket: TicketView, visit) => this.team(ticket, visit) },
      { face: 'customer', place: 'side', load: (_actor, ticket: TicketView) => this.customer(ticket) },
    );
  }

  private async team(ticket: TicketView, visit: Visit) {
    const clocks = partOf(ticket, clockPart).filter((clock) => !isMoot(clock, ticket));
    const policy = await this.policyOf(clocks);
    if (!policy) return null;
    const all = await this.collections.all(calendars);
    const hours = hoursOf(all, policy.hoursId, (await this.settings.get('general')).timeZone);
    const minutesLeft = ({ pausedAt, remainingSeconds, dueAt }: ShownClock): number | null => {
      if (pausedAt) return remainingSeconds === null ? null : remainingSeconds / 60;
      return dueAt === null ? null : businessTimeBetween(hours, Date.now(), Date.parse(dueAt)) / MINUTE;
    };
    return {
      template: 'service/team/clocks',
      view: {
        policy: policy.name,
        counted: hours === ALWAYS ? '' : '-business',
        clocks: inOrder(clocks).map((clock) => {
          const minutes = minutesLeft(clock);
          return {
            label: visit.t(`service.clock.${clock.kind}`),
            state: stateOf(clock),
            dueAt: clock.dueAt,
            left: minutes === null ? null : durationWords(visit.region, Math.max(0, Math.floor(minutes))),
          };
        }),
      },
    };
  }

  /** Only what can still be kept is promised. */
  private async customer(ticket: TicketView) {
    const clocks = partOf(ticket, clockPart);
    if (!(await this.policyOf(clocks))?.shown) return null;
    const next = (...kinds: ClockKind[]): string | null =>
      clocks.find((clock) => (kinds as string[]).includes(clock.kind) && ['running', 'soon'].includes(stateOf(clock)))
        ?.dueAt ?? null;
    const view = { answer: next('first_response', 'next_response'), solution: next('resolution') };
    return view.answer || view.solution ? { template: 'service/customer/promise', view } : null;
  }

  private policyOf(clocks: readonly ShownClock[]): Promise<SlaPolicy | undefined> {
    return this.collections.find(slaPolicies, clocks[0]?.policyId ?? null);
  }
}

const inOrder = (clocks: readonly ShownClock[]): ShownClock[] =>
  CLOCK_KINDS.flatMap((kind) => clocks.find((clock) => clock.kind === kind) ?? []);

/** A ticket that ended before anybody answered has no answer that was in time. */
const isMoot = ({ kind, metAt, breachedAt, startedAt }: ShownClock, { teamRepliedAt }: TicketView): boolean =>
  kind !== 'resolution' &&
  metAt !== null &&
  breachedAt === null &&
  (teamRepliedAt === null || Date.parse(teamRepliedAt) < Date.parse(startedAt));

function stateOf({ metAt, breachedAt, pausedAt, warnedAt, dueAt }: ShownClock): string {
  if (metAt) return breachedAt ? 'met-late' : 'met';
  if (breachedAt || (dueAt !== null && Date.parse(dueAt) < Date.now())) return 'late';
  if (pausedAt) return 'paused';
  return warnedAt ? 'soon' : 'running';
}
