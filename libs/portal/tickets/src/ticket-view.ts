import { isShownAsPicture } from '@foyer/files';
import {
  categoryName,
  priorityName,
  type SaidCategory,
  type Statuses,
  statusName,
  TICKET_STATUSES,
  type TicketStatus,
} from '@foyer/requests';
import type { Visit } from '@foyer/web';
import type { TicketRow } from './ticket-list.js';
import { ticketNumber } from './ticket-number.js';
import type { HappeningAsRead, ThreadMessage, TicketView } from './ticket-detail.js';
import type { Happening } from './happenings.js';

type Labels = Pick<Visit, 't' | 'locale'>;

/** Where pages are: '' for customers, '/console' for the team. A status reads differently from either side. */
export type Base = '' | '/console';

export const statusLabel = (
  { locale }: Pick<Visit, 'locale'>,
  status: string,
  base: Base = '/console',
  statusId: string | null = null,
): string => statusName(locale, status, statusId, base);
export const priorityLabel = ({ locale }: Pick<Visit, 'locale'>, priority: string): string =>
  priorityName(locale, priority);
export const statusOptions = (
  visit: Labels,
  statuses: readonly TicketStatus[] = TICKET_STATUSES,
  base: Base = '/console',
) => statuses.map((value) => ({ value, label: statusLabel(visit, value, base) }));
/** Every status there is, as a select offers it: the operator's own stand as `<kind>.<id>`. */
export async function statusChoices(visit: Labels, statuses: Statuses, base: Base = '/console') {
  const own = (await statuses.all()).filter(({ standard }) => !standard);
  return TICKET_STATUSES.flatMap((kind) => [
    { value: kind as string, label: statusLabel(visit, kind, base) },
    ...own
      .filter((one) => one.kind === kind)
      .map(({ id }) => ({ value: `${kind}.${id}`, label: statusLabel(visit, kind, base, id) })),
  ]);
}

/** A ticket as lists show it. */
export function rowView(visit: Labels, base: Base, row: TicketRow) {
  const number = ticketNumber(row.number);
  const { subject, status, priority, requester, company, assignee, updatedAt, tags, dueAt } = row;
  const snoozedUntil = isAhead(row.snoozedUntil) ? row.snoozedUntil : null;
  return {
    href: `${base}/tickets/${number}`,
    number,
    ...{ subject, status, priority, requester, company, assignee, updatedAt, dueAt, snoozedUntil },
    ...tagsInRow(tags),
    category: row.category && categoryName(row.category, visit.locale),
    statusLabel: statusLabel(visit, status, base, row.statusId),
    priorityLabel: priorityLabel(visit, priority),
    late: dueAt !== null && new Date(dueAt).getTime() < Date.now(),
    last: row.last ?? null,
  };
}

const TAGS_IN_ROW = 2;

/** A line has room for two; how many more there are is said, and which when one asks. */
function tagsInRow(tags: readonly string[]) {
  const more = tags.slice(TAGS_IN_ROW);
  const moreTags = more.length > 0 ? { count: `+${more.length}`, names: more.join(', ') } : null;
  return { tags: tags.slice(0, TAGS_IN_ROW), moreTags };
}

const isAhead = (at: string | null | undefined): boolean => !!at && new Date(at).getTime() > Date.now();

export function ticketView(visit: Labels, base: Base, ticket: TicketView) {
  const { subject, status, priority, company, requester, assignee, createdAt, updatedAt, openedBy, tags } = ticket;
  return {
    number: ticketNumber(ticket.number),
    ...{ subject, status, priority, company, requester, assignee, createdAt, updatedAt, openedBy, tags },
    category: ticket.category && categoryName(ticket.category, visit.locale),
    statusLabel: statusLabel(visit, status, base, ticket.statusId),
    priorityLabel: priorityLabel(visit, priority),
    snoozedUntil: isAhead(ticket.snoozedUntil) ? ticket.snoozedUntil : null,
    mergedInto: ticket.mergedInto && numberView(base, ticket.mergedInto),
    links: ticket.links.map((link) => ({
      ...numberView(base, link.number),
      subject: link.subject,
      status: link.status,
      statusLabel: statusLabel(visit, link.status, base, link.statusId),
      kind: link.kind,
    })),
  };
}

const numberView = (base: Base, number: number) => ({
  number: ticketNumber(number),
  href: `${base}/tickets/${ticketNumber(number)}`,
});

/** What a long thread leaves out for now: how many messages, and the address at which all are, where the gap was. */
function foldView(base: Base, ticket: TicketView, before: ThreadMessage, after: ThreadMessage | undefined) {
  if (!after || after.place === before.place + 1) return null;
  const hidden = after.said - before.said - (after.kind === 'event' ? 0 : 1);
  return { hidden, href: `${base}/tickets/${ticketNumber(ticket.number)}?thread=all#message-${before.id}` };
}

/** The thread as people read it: messages with their files, happenings in words. */
export function entryViews(visit: Labels, base: Base, ticket: TicketView, readerId: string | null) {
  const at = `${base}/tickets/${ticketNumber(ticket.number)}/attachments`;
  const entries = ticket.messages.map((message, index) => {
    const fold = foldView(base, ticket, message, ticket.messages[index + 1]);
    const { id, kind, createdAt, author, body, quoted, source, data } = message;
    if (kind === 'event')
      return {
        id,
        kind,
        at: createdAt,
        fold,
        ...happeningView(
          visit,
          base,
          author ?? signedBy(visit, data!) ?? ticket.business,
          data as HappeningAsRead,
          message.authorId,
        ),
      };
    const rule = data && signedBy(visit, data);
    return {
      id,
      kind: kind === 'note' ? 'note' : message.byTeam ? 'team' : 'customer',
      author: author ?? rule ?? ticket.business,
      at: createdAt,
      body,
      markdown: message.format === 'markdown',
      quoted,
      addressed: base === '/console' ? addressedView(visit, data) : null,
      by: source === 'email' ? visit.t('tickets.by-mail') : null,
      fold,
      from: message.origin && ticketNumber(message.origin),
      mine: message.authorId !== null && message.authorId === readerId,
      attachments: message.attachments.map(({ id: fileId, name, size, type }) => ({
        name,
        size,
        href: `${at}/${fileId}`,
        image: isShownAsPicture(type),
      })),
    };
  });
  if (base === '/console') return entries;
  // What customers read alike before and after is nothing to them; the gap that may come after it stays.
  return entries.filter((entry, index) => {
    const silent = 'silent' in entry && entry.silent;
    const before = entries[index - 1];
    if (silent && before) before.fold ??= entry.fold;
    return !silent;
  });
}

/** To whom a mail was sent beside us; null where nobody else was. */
function addressedView(visit: Labels, data: ThreadMessage['data']) {
  const addressed = data && 'addressed' in data ? data.addressed : undefined;
  const lines = (['to', 'cc', 'replyTo'] as const).flatMap((name) =>
    addressed?.[name].length ? [{ label: visit.t(`tickets.mail.${name}`), addresses: addressed[name] }] : [],
  );
  return lines.length > 0 ? lines : null;
}

const SYMBOLS: Partial<Record<Happening['type'], string>> = {
  ...{ assignee: 'user', group: 'users', priority: 'flag', category: 'tag', tags: 'tag', type: 'ticket' },
  ...{ fields: 'pencil', subject: 'pencil', 'sla-warned': 'clock', 'sla-breached': 'warning', rated: 'sparkle' },
  ...{
    approved: 'check',
    rejected: 'close',
    'approval-asked': 'help',
    'approval-withdrawn': 'close',
    snoozed: 'pause',
    unsnoozed: 'bell',
    'snooze-over': 'bell',
    bounced: 'mail',
    'mail-refused': 'mail',
  },
  ...{ shared: 'eye', unshared: 'eye', linked: 'link', unlinked: 'link', merged: 'link', 'merged-here': 'link' },
};

function happeningView(visit: Labels, base: Base, by: string, data: HappeningAsRead, byId: string | null) {
  const { type, from, to, detail } = data;
  const name = (
    id: string | null,
    known: string | null | undefined,
    category: SaidCategory | null | undefined,
    statusId: string | undefined,
  ) => {
    if (type === 'status') return id && statusLabel(visit, id, base, statusId);
    if (type === 'priority') return id && priorityLabel(visit, id);
    if (type === 'category' && category) return categoryName(category, visit.locale);
    return known ?? null;
  };
  const before = name(from, data.fromName, data.fromCategory, data.fromStatusId);
  const after = name(to, data.toName, data.toCategory, data.toStatusId);
  const values = {
    by,
    from: before ?? '',
    to: after ?? '',
    detail: detail ?? '',
  };
  const isOwn = type === 'assignee' && to !== null && to === byId;
  const key = isOwn ? 'assignee-own' : after === null && CAN_BE_NONE.has(type) ? `${type}-none` : type;
  const silent = type === 'status' && before === after;
  return { type, silent, symbol: SYMBOLS[type] ?? 'activity', text: visit.t(`tickets.event.${key}`, values) };
}

/** A rule by the name the operator gave it, a part of the product in the reader's language. */
type Signed = { by?: string; byKey?: string; program?: string };
const signedBy = (visit: Labels, { by, byKey, program }: Signed): string | null =>
  byKey ? visit.t(byKey) : (by ?? program ?? null);

const CAN_BE_NONE = new Set<Happening['type']>(['assignee', 'category', 'group', 'type', 'tags']);
