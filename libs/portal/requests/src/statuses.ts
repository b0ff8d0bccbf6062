import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { translate } from '@foyer/i18n';
import { Collections, declareCollection, localized, settingNow, translations } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { sent } from './sent-requests.js';

export const TICKET_STATUSES = ['open', 'pending', 'on_hold', 'solved', 'closed'] as const;
export type TicketStatus = (typeof TICKET_STATUSES)[number];

const namedStatus = z.object({
  id: z.uuid(),
  /** What it means to rules, clocks and lists. */
  kind: z.enum(TICKET_STATUSES),
  /** One of the five that every portal has; it can be renamed, not removed. */
  standard: z.boolean().default(false),
  /** As the team reads it. Empty for a standard one that has not been renamed. */
  name: z.string().max(40).default(''),
  /** As customers read it; empty: as the team does. */
  customerName: z.string().max(40).default(''),
  translations: translations({ name: z.string().max(40), customerName: z.string().max(40) }),
});
export type NamedStatus = z.output<typeof namedStatus>;

const standard = TICKET_STATUSES.map((kind, index) =>
  namedStatus.parse({ id: `00000000-0000-4000-8000-00000000010${index}`, kind, standard: true }),
);
export const ticketStatuses = declareCollection<NamedStatus>('ticket-statuses', namedStatus, standard);

/** Where words are read: '' by customers, '/console' by the team. */
type Side = '' | '/console';

/** A status in the operator's own words. Chosen from memory, in the middle of any sentence. */
export function statusName(locale: string, status: string, statusId: string | null, side: Side): string {
  const { items } = settingNow(ticketStatuses.section);
  const named =
    items.find(({ id }) => id === statusId) ?? items.find(({ kind, standard }) => standard && kind === status);
  const own = named && ((side === '' && localized(named, 'customerName', locale)) || localized(named, 'name', locale));
  return own || translate(locale, side === '' ? `requests.customer-status.${status}` : `requests.status.${status}`);
}

/** The statuses a ticket can be given: those of the operator, in their order, under the five kinds. */
@Injectable()
export class Statuses implements OnModuleInit {
  constructor(
    private readonly collections: Collections,
    private readonly slots: Slots,
  ) {}

  onModuleInit(): void {
    this.collections.protect(ticketStatuses, (id) => this.stillNeeded(id));
  }

  all(): Promise<readonly NamedStatus[]> {
    return this.collections.all(ticketStatuses);
  }

  label(locale: string, status: TicketStatus, statusId: string | null, side: Side): string {
    return statusName(locale, status, statusId, side);
  }

  private async stillNeeded(id: string) {
    if (standard.some((one) => one.id === id)) return { code: 'requests.setup.statuses.standard' };
    const count = await sent(this.slots).ofStatus(id);
    return count > 0 ? { code: 'requests.setup.statuses.in-use', values: { count } } : null;
  }
}
