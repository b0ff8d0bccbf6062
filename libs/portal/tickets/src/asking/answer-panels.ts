import { Injectable, type OnModuleInit } from '@nestjs/common';
import { NotFound } from '@foyer/access';
import { Database, rows, sql, table } from '@foyer/database';
import type { PortalActor } from '@foyer/identity';
import { answersOf, idsIn, type Names, questionsOf, Requests, typeName } from '@foyer/requests';
import { ticketPanels } from '@foyer/places';
import { Slots } from '@foyer/slots';
import type { Visit } from '@foyer/web';
import { ticketNumber } from '../ticket-number.js';
import type { TicketView } from '../ticket-detail.js';

type Answered = Pick<TicketView, 'number' | 'typeId' | 'fields'>;

/** "Details" on a ticket's page: what its form was answered with, to each side what it may see. */
@Injectable()
export class AnswerPanels implements OnModuleInit {
  constructor(
    private readonly slots: Slots,
    private readonly requests: Requests,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    for (const face of ['customer', 'team'] as const) {
      const load = (_actor: PortalActor, ticket: TicketView, visit: Visit) =>
        this.panel(ticket, visit, face === 'team');
      this.slots.fill(ticketPanels, 10, { face, place: 'side', load });
    }
  }

  /** What a ticket's form was answered with, as this side may see it. */
  async of(ticket: TicketView, { locale, region }: Visit, team: boolean) {
    const [fields, types] = [await this.requests.fields(), await this.requests.types()];
    const names = await this.names(idsIn(ticket.fields, fields));
    return answersOf(ticket, fields, types, { locale, region, team, names }).map((answer) => ({
      ...answer,
      files: answer.files.map(({ id, name }) => ({ name, href: `${addressOf(ticket, team)}/answers/${id}` })),
    }));
  }

  private async panel(ticket: TicketView, visit: Visit, team: boolean) {
    const [fields, types] = [await this.requests.fields(), await this.requests.types()];
    const type = types.find(({ id }) => id === ticket.typeId);
    const answers = await this.of(ticket, visit, team);
    const asks = type !== undefined && questionsOf(type, fields, true).length > 0;
    const earlier = answers.filter((answer) => answer.earlier);
    const changeable = team && ticket.can.update && (asks || earlier.length > 0);
    if (answers.length === 0 && !changeable) return null;
    const view = {
      answers: answers.filter((answer) => !answer.earlier),
      earlier,
      type: type ? typeName(type, visit.locale) : null,
      change: changeable ? `${addressOf(ticket, team)}/fields` : null,
    };
    return { template: 'tickets/request/answers', view };
  }

  /** Names of the files and companies that answers speak of; nothing to name costs no statement. */
  async names(ids: string[]): Promise<Names> {
    if (ids.length === 0) return new Map();
    const found = await this.database.read((em) =>
      rows<{ id: string; name: string }>(
        em,
        sql`select id, name from ${table('file')} where id = any(${ids}::uuid[])
            union all select id, name from ${table('company')} where id = any(${ids}::uuid[])`,
      ),
    );
    return new Map(found.map(({ id, name }) => [id, name]));
  }

  /** A file that answers a question the reader may see. @throws NotFound otherwise */
  async file({ fields: given }: Answered, fileId: string, team: boolean): Promise<{ id: string; name: string }> {
    const answers = (await this.requests.fields()).filter(
      ({ id, kind, visibility }) =>
        kind === 'file' && (team || visibility !== 'team') && [given[id]].flat().includes(fileId),
    );
    const name = answers.length > 0 ? (await this.names([fileId])).get(fileId) : undefined;
    if (name === undefined) throw new NotFound();
    return { id: fileId, name };
  }
}

const addressOf = ({ number }: Answered, team: boolean): string =>
  `${team ? '/console' : ''}/tickets/${ticketNumber(number)}`;
