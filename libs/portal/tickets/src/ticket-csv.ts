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

/** With a byte order mark, by which spreadsheets know UTF-8; cells that would be formulas are made text (security 54). */
export function csvOf(visit: Pick<Visit, 't' | 'locale'>, base: Base, tickets: TicketRow[]): string {
  const lines = tickets.map((row) => {
    const { number, subject, statusLabel, priorityLabel, category, requester, company, assignee, tags } = rowView(
      visit,
      base,
      row,
    );
    const moments = [row.createdAt, row.updatedAt].map((at) => new Date(at).toISOString());
    return [
      number,
      subject,
      statusLabel,
      priorityLabel,
      category,
      requester,
      company,
      assignee,
      tags.join(', '),
      ...moments,
    ];
  });
  const header = COLUMNS.map((column) => visit.t(`tickets.column.${column}`));
  return stringify([header, ...lines], { bom: true, escape_formulas: true, record_delimiter: 'windows' });
}
