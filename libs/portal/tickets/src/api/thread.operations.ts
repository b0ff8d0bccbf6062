import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { holds, NotFound } from '@foyer/access';
import { Api, paged, pageOf, paging } from '@foyer/api';
import { Files } from '@foyer/files';
import { portalApi, type PortalActor } from '@foyer/identity';
import { field, Problem } from '@foyer/web';
import { BODY_MAX } from '@foyer/requests';
import { AnswerPanels } from '../asking/answer-panels.js';
import { NEXT_STATUSES } from '../ticket-forms.js';
import type { Happening } from '../happenings.js';
import type { ThreadMessage } from '../ticket-detail.js';
import { Merges } from '../merges.js';
import { TicketPageReader } from '../ticket-page.js';
import { Tickets } from '../tickets.js';
import { RequestInput } from './request-input.js';
import { TicketRecords } from './ticket-records.js';
import {
  attachmentIds,
  EXAMPLE,
  message,
  ticket,
  ticketParams as params,
  ticketsRead,
  ticketsWrite,
} from './ticket-wire.js';

const feature = 'tickets';
const words = {
  body: field.words(BODY_MAX).default('').describe('Markdown. Files need no words beside them.'),
  attachment_ids: attachmentIds,
};

/** What is said in a ticket and done to it as a whole, for programs. */
@Injectable()
export class ThreadOperations implements OnModuleInit {
  constructor(
    private readonly api: Api,
    private readonly tickets: Tickets,
    private readonly page: TicketPageReader,
    private readonly records: TicketRecords,
    private readonly files: Files,
    private readonly input: RequestInput,
    private readonly answers: AnswerPanels,
    private readonly merges: Merges,
  ) {}

  onModuleInit(): void {
    this.api.add(...this.reading(), ...this.writing(), ...this.asAWhole());
  }

  /** Wherever in the ticket it hangs, if the actor may see it there. @throws NotFound */
  private async fileId(actor: PortalActor, number: number, id: string): Promise<string> {
    const attached = await this.page.attachment(actor, number, id).catch((error: unknown) => {
      if (!(error instanceof NotFound)) throw error;
    });
    if (attached) return id;
    const ticket = await this.page.read(actor, number, 'none');
    return (await this.answers.file(ticket, id, holds(actor.ability, 'read', 'Note'))).id;
  }

  private reading() {
    const { get, file } = portalApi;
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
      file(
        '/tickets/{number}/attachments/{file}',
        {
          ...{ id: 'getAttachment', scope: ticketsRead, feature, summary: 'A file of a ticket' },
          description: 'One that hangs on a message, or answers a question of the request type.',
          params: params.extend({ file: z.uuid() }),
        },
        async ({ actor, params: { number, file } }) => this.files.find(await this.fileId(actor, number, file)),
      ),
    ];
  }

  private writing() {
    const { post, upload } = portalApi;
    const said = { feature, params, output: z.object({ id: z.uuid() }) };
    return [
      upload(
        '/uploads',
        {
          ...{ id: 'upload', scope: ticketsWrite, feature, summary: 'Send a file that a message is to have' },
          description: 'It belongs to this key. What no ticket has within two weeks is removed.',
          output: z.object({ id: z.uuid(), name: z.string(), size: z.number(), type: z.string() }),
        },
        async ({ keep }) => {
          const { id, name, size, type } = await keep();
          return { id, name, size: Number(size), type };
        },
      ),
      post(
        '/tickets/{number}/replies',
        {
          ...{ ...said, id: 'reply', scope: ticketsWrite, summary: 'Write to the other side' },
          body: z.object({
            ...words,
            status: z.enum(NEXT_STATUSES).optional().describe('What a reply of the team leaves it in.'),
          }),
        },
        async ({ actor, params: { number }, body: { status, ...said } }) =>
          this.tickets.reply(actor, number, await this.input.words(actor, said), status),
      ),
      post(
        '/tickets/{number}/follow-ups',
        {
          ...{ feature, params, scope: ticketsWrite, id: 'followUp', summary: 'Go on where a closed ticket ended' },
          description: 'A new ticket for whoever asked, linked with the former one.',
          ...{ body: z.object(words), output: ticket, example: EXAMPLE },
        },
        async ({ actor, params: { number }, body }) => {
          const added = await this.merges.followUp(actor, number, await this.input.words(actor, body));
          return this.records.one(actor, added.number);
        },
      ),
      post(
        '/tickets/{number}/notes',
        {
          ...{ ...said, id: 'note', scope: ticketsWrite, summary: 'Write an internal note' },
          body: z.object(words),
        },
        async ({ actor, params: { number }, body }) =>
          this.tickets.note(actor, number, await this.input.words(actor, body)),
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
