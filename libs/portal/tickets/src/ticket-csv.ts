import { stringify } from 'csv-stringify/sync';
import type { Response } from 'express';
import type { Limit } from '@foyer/credentials';
import type { Visit } from '@foyer/web';
import type { TicketRow } from './ticket-list.js';
import { type Base, rowView } from './ticket-view.js';

export const EXPORTED: Limit = { name: 'ticket-export', points: 20, seconds: 3600 };

/** An answer that browsers save. */
export function sendCsv(res: Response, text: string): void {
  res.setHeader('Content-Type', 'text/csv; charset=utf-8');
  res.setHeader('Content-Disposition', 'attachment; filename="tickets.csv"');
  res.send(text);
}

const COLUMNS = [
  'number',
  'subject',
  'status',
  'priority',
  'category',
  'requester',
  'company',
  'assignee',
  'tags',
  'created',
  'updated',
] as const;

/** What the team files tickets under is no business of customers. */
const OF_THE_TEAM = new Set<(typeof COLUMNS)[number]>(['tags']);

/** With a byte order mark, by which spreadsheets know UTF-8; cells that would be formulas are made text (security 54). */
export function csvOf(visit: Pick<Visit, 't' | 'locale'>, base: Base, tickets: TicketRow[]): string {
  const columns = COLUMNS.filter((column) => base === '/console' || !OF_THE_TEAM.has(column));
  const lines = tickets.map((row) => {
    const { tags, createdAt, updatedAt, ...view } = { ...rowView(visit, base, row), createdAt: row.createdAt };
    const cells: Record<(typeof COLUMNS)[number], string | null> = {
      ...view,
      ...{ status: view.statusLabel, priority: view.priorityLabel, tags: tags.join(', ') },
      ...{ created: new Date(createdAt).toISOString(), updated: new Date(updatedAt).toISOString() },
    };
    return columns.map((column) => cells[column]);
  });
  const header = columns.map((column) => visit.t(`tickets.column.${column}`));
  return stringify([header, ...lines], { bom: true, escape_formulas: true, record_delimiter: 'windows' });
}
