import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { Api, instant, paged, pageOf, paging } from '@foyer/api';
import { Files } from '@foyer/files';
import { portalApi } from '@foyer/identity';
import { field, Problem } from '@foyer/web';
import { BODY_MAX } from '@foyer/requests';
import { NEXT_STATUSES } from '../ticket-forms.js';
import type { Happening } from '../happenings.js';
import type { ThreadMessage } from '../ticket-detail.js';
import { TicketPageReader } from '../ticket-page.js';
import { Tickets } from '../tickets.js';
import { TicketRecords } from './ticket-records.js';
import { EXAMPLE, message, ticket, ticketParams as params, ticketsRead, ticketsWrite } from './ticket-wire.js';

const LINK_SECONDS = 60;
const feature = 'tickets';
const words = field.someWords(BODY_MAX);

/** What is said in a ticket and done to it as a whole, for programs. */
@Injectable()
export class ThreadOperations implements OnModuleInit {
  constructor(
    private readonly api: Api,
    private readonly tickets: Tickets,
    private readonly page: TicketPageReader,
    private readonly records: TicketRecords,
    private readonly files: Files,
  ) {}

  onModuleInit(): void {
    this.api.add(...this.reading(), ...this.writing(), ...this.asAWhole());
  }

  private reading() {
    const { get } = portalApi;
    return [
      get(
        '/tickets/{number}/messages',
        {
          ...{ id: 'listMessages', scope: ticketsRead, feature, summary: 'The thread of a ticket, from its beginning' },
          ...{ params, query: z.object(paging), output: pageOf(message) },
        },
        async ({ actor, params: { number }, query: { limit }, place }) => {
          const { messages } = await this.page.read(actor, number, 'whole');
          const from = place === null ? 0 : messages.findIndex(({ id }) => id === place) + 1;
          // It has moved into another ticket since.
          if (place !== null && from === 0) throw new Problem(400, 'cursor-wrong');
          const shown = messages.slice(from, from + limit);
          return paged(shown.map(messageOf), from + limit < messages.length ? shown.at(-1)!.id : null);
        },
      ),
      get(
        '/tickets/{number}/attachments/{file}',
        {
          ...{ id: 'getAttachment', scope: ticketsRead, feature, summary: 'Where an attachment can be fetched' },
          params: params.extend({ file: z.uuid() }),
          output: z.object({ name: z.string(), url: z.string(), expires_at: instant }),
        },
        async ({ actor, params: { number, file } }) => {
          const found = await this.page.attachment(actor, number, file);
          const expires_at = new Date(Date.now() + LINK_SECONDS * 1000);
          return { name: found.name, url: this.files.signedUrl(found, LINK_SECONDS), expires_at };
        },
      ),
    ];
  }

  private writing() {
    const { post } = portalApi;
    const said = { feature, params, output: z.object({ id: z.uuid() }) };
    return [
      post(
        '/tickets/{number}/replies',
        {
          ...{ ...said, id: 'reply', scope: ticketsWrite, summary: 'Write to the other side' },
          body: z.object({
            body: words.describe('Markdown.'),
            status: z.enum(NEXT_STATUSES).optional().describe('What a reply of the team leaves it in.'),
          }),
        },
        ({ actor, params: { number }, body: { body, status } }) =>
          this.tickets.reply(actor, number, { body, fileIds: [], source: 'api' }, status),
      ),
      post(
        '/tickets/{number}/notes',
        {
          ...{ ...said, id: 'note', scope: ticketsWrite, summary: 'Write an internal note' },
          body: z.object({ body: words.describe('Markdown.') }),
        },
        ({ actor, params: { number }, body: { body } }) =>
          this.tickets.note(actor, number, { body, fileIds: [], source: 'api' }),
      ),
    ];
  }

  private asAWhole() {
    const { post } = portalApi;
    const done = { feature, scope: ticketsWrite, params, output: ticket, status: 200, example: EXAMPLE };
    return [
      post(
        '/tickets/{number}/solution',
        { ...done, id: 'solveTicket', summary: 'Mark a ticket as solved' },
        async ({ actor, params: { number } }) => {
          await this.tickets.solve(actor, number);
          return this.records.one(actor, number);
        },
      ),
      post(
        '/tickets/{number}/reopening',
        { ...done, id: 'reopenTicket', summary: 'Reopen a solved ticket' },
        async ({ actor, params: { number } }) => {
          await this.tickets.reopen(actor, number);
          return this.records.one(actor, number);
        },
      ),
    ];
  }
}

function messageOf({ id, kind, body, format, authorId, author, byTeam, createdAt, attachments, data }: ThreadMessage) {
  const name =
    author ?? (data as { by?: string; program?: string } | null)?.program ?? (data as { by?: string } | null)?.by;
  const { type, from, to } = (kind === 'event' ? data : {}) as Partial<Happening>;
  return {
    ...{ id, kind, body, format, attachments, by_team: byTeam, created_at: createdAt },
    author: name ? { id: authorId, name } : null,
    event: type ? { type, from: from ?? null, to: to ?? null } : null,
  };
}
