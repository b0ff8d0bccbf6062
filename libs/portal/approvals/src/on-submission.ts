import { Injectable } from '@nestjs/common';
import { InvalidField } from '@foyer/access';
import { Database, rows, sql, table } from '@foyer/database';
import { OnEvent } from '@foyer/events';
import { translate } from '@foyer/i18n';
import { Requests } from '@foyer/requests';
import { Settings } from '@foyer/settings';
import { ownRobot, TicketOpened, Tickets } from '@foyer/tickets';
import { Approvals } from './approvals.js';

/** Asks the customer's company about requests of kinds that need it, as soon as they come in. */
@Injectable()
export class ApprovalOnSubmission {
  constructor(
    private readonly database: Database,
    private readonly requests: Requests,
    private readonly settings: Settings,
    private readonly tickets: Tickets,
    private readonly approvals: Approvals,
  ) {}

  @OnEvent(TicketOpened, 'tickets.ask-approval')
  async opened({ ticketId }: TicketOpened): Promise<void> {
    const needing = (await this.requests.types()).filter(({ approval }) => approval === 'company-admins');
    if (needing.length === 0) return;
    const [due] = await this.database.read((em) =>
      rows(
        em,
        sql`select 1 from ${table('ticket')} t
             where t.id = ${ticketId} and t.type_id = any(${needing.map(({ id }) => id)}::uuid[]) and t.status not in ('solved', 'closed')
               and not exists (select from ${table('ticket_approval')} v where v.ticket_id = t.id)`,
      ),
    );
    if (due) await this.ask(ticketId);
  }

  private async ask(ticketId: string): Promise<void> {
    const { defaultLocale } = await this.settings.get('general');
    // Threads keep this key: it stays among the texts of tickets.
    const actor = ownRobot('tickets.approval.by');
    try {
      await this.approvals.ask(actor, ticketId, { approvers: 'company-admins', question: '' });
    } catch (error) {
      if (!(error instanceof InvalidField)) throw error;
      // Somebody without a company, or its only admin: the team decides how to go on.
      await this.tickets.note(actor, ticketId, { body: translate(defaultLocale, error.code), fileIds: [] });
    }
  }
}
