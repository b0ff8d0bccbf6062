import { Injectable } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';
import { Settings } from '@foyer/settings';
import { currentTenant } from '@foyer/tenancy';
import { ticketNumber } from '@foyer/tickets';
import { type Filling, firstName } from './placeholders.js';

interface Row {
  number: number;
  subject: string;
  customer: string;
  locale: string | null;
  company: string | null;
  agent: string | null;
}

/** What the placeholders of a text stand for in a ticket, and the language its customer reads. */
@Injectable()
export class Fillings {
  constructor(
    private readonly database: Database,
    private readonly settings: Settings,
  ) {}

  /** `agent` is who speaks; without one, whoever has the ticket. */
  async of(ticketId: string, agent: string | null = null): Promise<{ values: Filling; locale: string }> {
    const [row] = await this.database.read((em) =>
      rows<Row>(
        em,
        sql`select t.number::int, t.subject, r.name as customer, r.locale, o.name as company, a.name as agent
              from ${table('ticket')} t join ${table('person')} r on r.id = t.requester_id
              left join ${table('company')} o on o.id = t.company_id
              left join ${table('person')} a on a.id = t.assignee_id where t.id = ${ticketId}`,
      ),
    );
    const { defaultLocale } = await this.settings.get('general');
    const site = await this.settings.name();
    const number = ticketNumber(row!.number);
    const speaker = agent ?? row!.agent ?? site;
    const values: Filling = {
      'customer.name': row!.customer,
      'customer.first_name': firstName(row!.customer),
      'company.name': row!.company ?? '',
      'agent.name': speaker,
      'agent.first_name': agent || row!.agent ? firstName(speaker) : speaker,
      'ticket.number': number,
      'ticket.subject': row!.subject,
      'ticket.url': `${currentTenant().origin}/tickets/${number}`,
      'site.name': site,
    };
    return { values, locale: row!.locale ?? defaultLocale };
  }
}
