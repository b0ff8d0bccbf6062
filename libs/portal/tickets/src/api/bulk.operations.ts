import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { InvalidField, NotFound } from '@foyer/access';
import { Api, instant } from '@foyer/api';
import { portalApi, type PortalActor } from '@foyer/identity';
import { PRIORITIES, TICKET_STATUSES } from '@foyer/requests';
import type { Visit } from '@foyer/web';
import { type BulkChange, BulkChanges } from '../bulk/bulk-changes.js';
import { reasonText } from '../bulk/bulk-outcome.js';
import type { TicketAction } from '../ticket-actions.js';
import { ticketNumber } from '../ticket-number.js';
import { TicketViews } from '../views/ticket-views.js';
import { filterAsked, listFilters } from './list-filters.js';
import { numberInBody, ticketsRead, ticketsWrite } from './ticket-wire.js';

const MOST_NUMBERS = 1_000;
const change = z.object({
  status: z.enum(TICKET_STATUSES).optional(),
  status_id: z.uuid().nullable().optional().describe('One of the operator’s own, of that status.'),
  priority: z.enum(PRIORITIES).optional(),
  assignee_id: z.uuid().nullable().optional(),
  group_id: z.uuid().nullable().optional(),
  add_tags: z.array(z.string().trim().min(1).max(50)).max(20).default([]),
});
const asked = z.object({
  numbers: z.array(numberInBody).min(1).max(MOST_NUMBERS).optional().describe('Either these tickets …'),
  filters: listFilters.optional().describe('… or all that `GET /tickets` finds by these, the newest 10,000.'),
  change,
});
const bulkChange = z
  .object({
    id: z.uuid(),
    status: z.enum(['waiting', 'done', 'undoing', 'undone']),
    total: z.int().describe('How many tickets it is about.'),
    done: z.int().describe('How many of them have had their turn; while it is undone, how many have had it again.'),
    changed: z.int(),
    left: z
      .array(z.object({ number: z.string(), code: z.string(), message: z.string() }))
      .describe('What was left as it is, and why.'),
    created_at: instant,
  })
  .meta({ id: 'BulkChange' });
const EXAMPLE = {
  ...{ id: '0199c2f4-7d3e-7a11-9c5e-2f6f0e1b4a7b', status: 'done', total: 3, done: 3, changed: 2 },
  left: [{ number: 'TKT-009', code: 'tickets.bulk.out-of-reach', message: 'You no longer have access.' }],
  created_at: '2026-11-30T09:00:00.000Z',
};
const common = { feature: 'tickets', output: bulkChange, example: EXAMPLE };
const params = z.object({ id: z.uuid() });

/** The same change to many tickets, for programs: a job does it, and stops when the key counts no more. */
@Injectable()
export class BulkOperations implements OnModuleInit {
  constructor(
    private readonly api: Api,
    private readonly bulk: BulkChanges,
    private readonly views: TicketViews,
  ) {}

  onModuleInit(): void {
    const { get, post } = portalApi;
    this.api.add(
      post(
        '/bulk-changes',
        {
          ...{ ...common, id: 'startBulkChange', scope: ticketsWrite, summary: 'Change many tickets', status: 202 },
          description:
            'For keys of the whole portal. It goes on by itself, ticket by ticket, with what the key may do by then: `GET /bulk-changes/{id}` says how far it is.',
          body: asked,
        },
        async ({ actor, visit, body }) => {
          const actions = actionsOf(body.change);
          if (actions.length === 0) throw new InvalidField('change', 'tickets.bulk.nothing');
          return record(visit, await this.bulk.start(actor, await this.which(actor, body), actions).catch(atNumbers));
        },
      ),
      get(
        '/bulk-changes/{id}',
        { ...common, id: 'getBulkChange', scope: ticketsRead, summary: 'How far a change to many is', params },
        async ({ actor, visit, params: { id } }) => record(visit, await this.bulk.find(actor, id)),
      ),
      post(
        '/bulk-changes/{id}/undo',
        {
          ...{ ...common, id: 'undoBulkChange', scope: ticketsWrite, summary: 'Undo a change to many', params },
          description: 'For a day after it. What somebody else has changed since stays as it is, and is named.',
          status: 202,
        },
        async ({ actor, visit, params: { id } }) => {
          await this.bulk.undo(actor, id);
          return record(visit, await this.bulk.find(actor, id));
        },
      ),
    );
  }

  private async which(actor: PortalActor, { numbers, filters }: z.output<typeof asked>) {
    if (numbers && filters) throw new InvalidField('filters', 'web.form.choice');
    if (numbers) return numbers;
    if (!filters) throw new InvalidField('numbers', 'tickets.inbox.none-selected');
    return filterAsked(actor, filters, this.views).catch((error: unknown) => {
      throw error instanceof InvalidField
        ? new InvalidField(`filters-${error.field}`, error.code, error.values)
        : error;
    });
  }
}

/** Of the tickets that were named there is none, or none that the key may see. */
function atNumbers(error: unknown): never {
  throw error instanceof NotFound ? new InvalidField('numbers', 'web.form.choice') : error;
}

function actionsOf({ status, status_id, priority, assignee_id, group_id, add_tags }: z.output<typeof change>) {
  if (status_id && !status) throw new InvalidField('change-statusId', 'web.form.choice');
  const actions: TicketAction[] = [
    ...(status ? [{ do: 'status' as const, to: status, statusId: status_id ?? null }] : []),
    ...(priority ? [{ do: 'priority' as const, to: priority }] : []),
    ...(assignee_id === undefined ? [] : [{ do: 'assign' as const, to: assignee_id }]),
    ...(group_id === undefined ? [] : [{ do: 'group' as const, to: group_id }]),
    ...(add_tags.length > 0 ? [{ do: 'tag' as const, add: add_tags, remove: [] }] : []),
  ];
  return actions;
}

function record(visit: Visit, { createdAt, left, ...rest }: BulkChange): z.input<typeof bulkChange> {
  return {
    ...{ ...rest, created_at: createdAt },
    left: left.map((one) => ({
      number: ticketNumber(one.number),
      code: one.code,
      message: reasonText(visit, one),
    })),
  };
}
