import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { Abilities } from '@foyer/access';
import { registerMessages } from '@foyer/i18n';
import { Themes } from '@foyer/theming';
import { TicketMails } from './jobs/ticket-mails.js';
import { TicketList } from './ticket-list.js';
import { TicketPageReader } from './ticket-page.js';
import { ticketRules } from './ticket.rules.js';
import { Tickets } from './tickets.js';
import { TicketsPack } from './tickets.pack.js';

registerMessages('tickets', new URL('../locales', import.meta.url));

@Global()
@Module({
  controllers: [],
  providers: [Tickets, TicketList, TicketPageReader, TicketMails, TicketsPack],
  exports: [Tickets, TicketList, TicketPageReader],
})
export class TicketsModule implements OnModuleInit {
  constructor(
    private readonly abilities: Abilities,
    private readonly themes: Themes,
  ) {}

  onModuleInit(): void {
    this.abilities.contribute(ticketRules);
    this.themes.registerTemplates('tickets', new URL('../templates', import.meta.url));
  }
}
