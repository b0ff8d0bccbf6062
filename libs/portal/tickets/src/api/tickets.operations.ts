import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { Api, type Call, paged, pageOf, paging } from '@foyer/api';
import { portalApi, type PortalActor } from '@foyer/identity';
import { field } from '@foyer/web';
import { BODY_MAX, SUBJECT_MAX } from '@foyer/requests';
import { TicketCsv } from '../ticket-csv.js';
import { PRIORITIES, refuseLongTags, TICKET_STATUSES } from '@foyer/requests';
import { TicketThread } from '../ticket-thread.js';
import { LIST_ORDERS } from '../ticket-filter.js';
import { TicketList } from '../ticket-list.js';
import { Tickets } from '../tickets.js';
import { TicketViews } from '../views/ticket-views.js';
import { filterAsked, isOfTeam, listFilters, mustBeOfTeam } from './list-filters.js';
import { RequestInput } from './request-input.js';
import { TicketRecords } from './ticket-records.js';
import {
  answer,
  attachmentIds,
  EXAMPLE,
  ticket,
  ticketParams as params,
  ticketsRead,
  ticketsWrite,
} from './ticket-wire.js';

const order = z.enum(LIST_ORDERS).optional().describe('The last changed first, unless said otherwise.');
const feature = 'tickets';

/** Tickets for programs: list, search, one, open, change, export, and what has changed since. */
@Injectable()
export class TicketsOperations implements OnModuleInit {
  constructor(
    private readonly api: Api,
    private readonly tickets: Tickets,
    private readonly thread: TicketThread,
    private readonly list: TicketList,
    private readonly records: TicketRecords,
    private readonly input: RequestInput,
    private readonly csv: TicketCsv,
    private readonly views: TicketViews,
  ) {}

  onModuleInit(): void {
    this.api.add(...this.reading(), ...this.writing());
  }

  private reading() {
    const { get } = portalApi;
    return [
      get(
        '/tickets',
        {
          ...{
            id: 'listTickets',
            scope: ticketsRead,
            feature,
            summary: 'List and search tickets',
            output: pageOf(ticket),
          },
          query: z.object({ ...paging, ...listFilters.shape, order }),
          example: { data: [EXAMPLE], next_cursor: null, has_more: false },
        },
        async ({ actor, query: { limit, order: by, ...asked }, place }) => {
          if (by === 'touched' || by === 'due') mustBeOfTeam(actor);
          const filter = {
            ...(await filterAsked(actor, asked, this.views)),
            ...(by && { order: by }),
            cursor: place,
            limit,
          };
          const { rows, next } = await this.list.page(actor, filter);
          return paged(
            await this.records.of(
              actor,
              rows.map(({ id }) => id),
            ),
            next,
          );
        },
      ),
      get(
        '/tickets/sync',
        {
          ...{ id: 'syncTickets', scope: ticketsRead, feature, summary: 'What has changed since' },
          description:
            'The earliest change first, up to five seconds ago. Keep `next_cursor`, also of the last page: asked with it again, it tells what has changed since. Tickets are never deleted; one that was merged says into which.',
          query: z.object(paging),
          output: pageOf(ticket),
        },
        async ({ actor, query: { limit }, place }) => {
          const { records, place: next, more } = await this.records.changed(actor, place, limit);
          return { data: records, next_cursor: next, has_more: more };
        },
      ),
      get(
        '/tickets/export',
        {
          ...{ id: 'exportTickets', scope: ticketsRead, feature, summary: 'Tickets as a spreadsheet' },
          ...{ query: listFilters, output: z.string(), type: 'text/csv' },
          description:
            'Up to 10,000 tickets as CSV, in the language and for the region that `Accept-Language` asks for.',
        },
        async ({ actor, keyId, query, visit }) =>
          this.csv.text(
            visit,
            actor,
            keyId,
            isOfTeam(actor) ? '/console' : '',
            await filterAsked(actor, query, this.views),
          ),
      ),
      get(
        '/tickets/{number}',
        {
          ...{ id: 'getTicket', scope: ticketsRead, feature, summary: 'One ticket', params, output: ticket },
          example: EXAMPLE,
        },
        (call) => this.records.one(call.actor, call.params.number),
      ),
    ];
  }

  private writing() {
    const { post, change } = portalApi;
    return [
      post(
        '/tickets',
        {
          ...{
            id: 'openTicket',
            scope: ticketsWrite,
            feature,
            summary: 'Open a ticket',
            output: ticket,
            example: EXAMPLE,
          },
          description: 'What the request type asks for is asked of programs too.',
          body: z.object({
            subject: field.text(SUBJECT_MAX),
            description: field.someWords(BODY_MAX),
            requester_id: z.uuid(),
            company_id: z.uuid().nullable().optional(),
            type_id: z.uuid().optional().describe('The first that is offered, unless said otherwise.'),
            category_id: z.uuid().nullable().optional(),
            priority: z.enum(PRIORITIES).optional(),
            fields: z.record(z.string(), answer.nullable()).default({}),
            attachment_ids: attachmentIds,
            confirm: z.boolean().default(true).describe('Whether the requester gets the usual confirmation.'),
          }),
        },
        async ({ actor, visit, body: { confirm, ...asked } }) => {
          const draft = await this.input.ticket(visit, actor, asked);
          const { number } = await this.tickets.open(actor, { ...draft, confirm });
          return this.records.one(actor, number);
        },
      ),
      change(
        '/tickets/{number}',
        {
          ...{ id: 'changeTicket', scope: ticketsWrite, feature, summary: 'Change a ticket', params, output: ticket },
          example: EXAMPLE,
          body: z.object({
            subject: field.text(SUBJECT_MAX).optional(),
            status: z.enum(TICKET_STATUSES).optional(),
            status_id: z.uuid().nullable().optional(),
            priority: z.enum(PRIORITIES).optional(),
            category_id: z.uuid().nullable().optional(),
            assignee_id: z.uuid().nullable().optional(),
            group_id: z.uuid().nullable().optional(),
            tags: z.array(z.string()).max(50).optional().describe('All of them.'),
            fields: z
              .record(z.string(), answer.nullable())
              .optional()
              .describe('Those to be changed; null takes one away.'),
          }),
        },
        (call) => this.held(call),
        async ({ actor, visit, params: { number }, body }) => {
          const { subject = null, tags, fields, status, status_id: statusId, ...rest } = body;
          const now = await this.records.one(actor, number);
          const values = {
            ...(status
              ? { status, statusId: statusId ?? null }
              : statusId !== undefined && { status: now.status, statusId }),
            ...(rest.priority && { priority: rest.priority }),
            ...(rest.category_id !== undefined && { categoryId: rest.category_id }),
            ...(rest.assignee_id !== undefined && { assigneeId: rest.assignee_id }),
            ...(rest.group_id !== undefined && { groupId: rest.group_id }),
          };
          const kept = refuseLongTags(tags ?? now.tags ?? []);
          const remove = (now.tags ?? []).filter((tag) => !kept.includes(tag));
          await this.tickets.update(actor, number, values, { tags: { add: kept, remove }, subject });
          if (!fields) return null;
          const { fields: given, changed } = await this.input.answers(visit, actor, now, fields);
          await this.tickets.answerFields(actor, number, given, changed);
          return null;
        },
      ),
    ];
  }

  /** As the actor sees it, and nobody else changes it until the enclosing write is over. */
  private async held({ actor, params: { number } }: Call<PortalActor, { number: number }>) {
    await this.thread.find(actor, 'read', number);
    return this.records.one(actor, number);
  }
}
