import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { Database } from '@foyer/database';
import { Company, Person } from '@foyer/identity';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import {
  declaredAnswers,
  declaredRequests,
  packAnswers,
  packId,
  PRIORITIES,
  requestFields,
  RequestsPack,
  TICKET_STATUSES,
  TicketCategory,
} from '@foyer/requests';
import { Collections, declaredTexts, PackTexts, Settings } from '@foyer/settings';
import { PackSections } from '@foyer/tenants';
import { TicketThread } from './ticket-thread.js';
import { TicketMessage } from './ticket-message.entity.js';
import { Ticket } from './ticket.entity.js';

const HOUR = 3_600_000;
const message = z.strictObject({
  from: z.email().toLowerCase(),
  note: z.boolean().default(false),
  /** After the message before; the first opens the ticket. */
  afterHours: z.number().nonnegative().default(1),
  body: z.string().min(1),
});
const declared = z.strictObject({
  categories: z.array(z.string().min(1)).default([]),
  ...declaredRequests,
  texts: declaredTexts,
  tickets: z
    .array(
      z.strictObject({
        subject: z.string().min(1).max(200),
        requester: z.email().toLowerCase(),
        company: z.string().optional(),
        category: z.string().optional(),
        /** Key of a request type, and answers by keys of fields. */
        type: z.string().optional(),
        answers: declaredAnswers.default({}),
        priority: z.enum(PRIORITIES).default('normal'),
        status: z.enum(TICKET_STATUSES).default('open'),
        assignee: z.email().toLowerCase().optional(),
        openedHoursAgo: z.number().positive(),
        messages: z.array(message).min(1),
      }),
    )
    .default([]),
});
type Declared = z.output<typeof declared>;
type DeclaredTicket = Declared['tickets'][number];

/** `tickets.json` of a tenant pack: categories, groups, fields, request types, and for demo businesses tickets with their threads. */
@Injectable()
export class TicketsPack implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly sections: PackSections,
    private readonly requests: RequestsPack,
    private readonly collections: Collections,
    private readonly settings: Settings,
    private readonly thread: TicketThread,
  ) {}

  onModuleInit(): void {
    this.sections.register<Declared>({
      name: 'tickets',
      order: 30,
      schema: declared,
      apply: (content) => this.apply(content),
    });
  }

  private async apply({ categories, tickets, texts: translated, ...requests }: Declared): Promise<void> {
    await this.database.write(async (em) => {
      const { defaultLocale, writtenIn } = await this.settings.stored('general');
      const texts = new PackTexts(translated, writtenIn ?? defaultLocale);
      for (const [position, given] of categories.entries()) {
        const said = texts.write({ name: given }, ['name']);
        const before = await em.findOne(TicketCategory, { name: said.name });
        if (!before) em.persist(Object.assign(new TicketCategory(), { ...said, position }));
        else if (before.changedBy === null) before.translations = said.translations;
      }
      await em.flush();
      await this.requests.apply(requests, texts);
      for (const ticket of tickets) await this.ticket(em, ticket);
    });
  }

  private async ticket(em: SqlEntityManager, given: DeclaredTicket): Promise<void> {
    const requester = await em.findOneOrFail(Person, { email: given.requester });
    if (await em.findOne(Ticket, { subject: given.subject, requesterId: requester.id })) return;
    const company = given.company ? await em.findOneOrFail(Company, { name: given.company }) : null;
    const category = given.category ? await em.findOneOrFail(TicketCategory, { name: given.category }) : null;
    const assignee = given.assignee ? await em.findOneOrFail(Person, { email: given.assignee }) : null;
    const createdAt = new Date(Date.now() - given.openedHoursAgo * HOUR);
    const ticket = Object.assign(new Ticket(), {
      subject: given.subject,
      status: given.status,
      priority: given.priority,
      requesterId: requester.id,
      companyId: company?.id ?? null,
      categoryId: category?.id ?? null,
      typeId: given.type ? packId('type', given.type) : null,
      fields: packAnswers(given.answers, await this.collections.stored(requestFields)),
      assigneeId: assignee?.id ?? null,
      createdAt,
    });
    em.persist(ticket);
    await em.flush();
    await this.thread.remember(ticket.id, 'reply', given.subject);
    let at = createdAt.getTime();
    for (const [index, { from, note, afterHours, body }] of given.messages.entries()) {
      const author = await em.findOneOrFail(Person, { email: from });
      if (index > 0) at = Math.min(at + afterHours * HOUR, Date.now() - 60_000);
      const kind = note ? 'note' : 'reply';
      await this.thread.remember(ticket.id, kind, body);
      em.persist(
        Object.assign(new TicketMessage(), {
          ticketId: ticket.id,
          authorId: author.id,
          kind,
          byTeam: author.teamRole !== null && author.id !== requester.id,
          body,
          createdAt: new Date(at),
        }),
      );
    }
    Object.assign(ticket, { updatedAt: new Date(at), shownAt: new Date(at) });
    if (given.status === 'solved' || given.status === 'closed') ticket.solvedAt = new Date(at);
    await em.flush();
  }
}
