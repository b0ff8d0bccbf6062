import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { translate } from '@foyer/i18n';
import { InvalidField } from '@foyer/access';
import {
  choice,
  Collections,
  declareResource,
  localized,
  part,
  type ResourceItem,
  settingNow,
  translatedText,
} from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { sent } from './sent-requests.js';

export const TICKET_STATUSES = ['open', 'pending', 'on_hold', 'solved', 'closed'] as const;
export type TicketStatus = (typeof TICKET_STATUSES)[number];

/** How far a ticket is, in the operator's words: five kinds that rules understand, and any number of names under them. */
export const ticketStatuses = declareResource('ticket-statuses', {
  one: 'ticket status',
  words: 'requests.setup.statuses',
  page: { path: 'ticket-statuses', group: 'tickets', icon: 'activity', order: 40, feature: 'tickets' },
  fields: {
    /** What it means to rules, clocks and lists. */
    kind: choice(TICKET_STATUSES, 'requests.status', { fixed: true, hint: true }),
    /** One of the five that every portal has; it can be renamed, not removed. */
    standard: part(z.boolean().default(false), { fixed: true }),
    /** As the team reads it. Empty for a standard one that has not been renamed. */
    name: translatedText(40, { optional: true }),
    /** As customers read it; empty: as the team does. */
    customerName: translatedText(40, { optional: true, hint: true }),
  },
  first: TICKET_STATUSES.map((kind, index) => ({
    id: `00000000-0000-4000-8000-00000000010${index}`,
    kind,
    standard: true,
  })),
  title: (status, locale) => statusName(locale, status.kind, status.id, '/console'),
  row: ({ id, kind, standard }, { locale, t }) => ({
    text: t('requests.setup.statuses.customers-read', { name: statusName(locale, kind, id, '') }),
    badge: standard ? null : { label: t(`requests.status.${kind}`), tone: 'info' },
  }),
  check({ name, standard }, before) {
    if (!standard && name === '') throw new InvalidField('name', 'web.form.required');
    if (standard && !before) throw new InvalidField('standard', 'settings.resource.fixed');
  },
});
export type NamedStatus = ResourceItem<typeof ticketStatuses>;

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
    if (ticketStatuses.about.first.some((one) => one.id === id)) return { code: 'requests.setup.statuses.standard' };
    const { count, href } = await sent(this.slots).ofStatus(id);
    return count > 0 ? { code: 'requests.setup.statuses.in-use', values: { count }, href } : null;
  }
}
