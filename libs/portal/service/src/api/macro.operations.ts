import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { holds, NotFound, Refused } from '@foyer/access';
import { Api } from '@foyer/api';
import { portalApi } from '@foyer/identity';
import { onTicketByKey, TicketPageReader, Tickets } from '@foyer/tickets';
import { MacroShelf } from '../macros/macro-shelf.js';

/** Using the team's macros, for programs. */
@Injectable()
export class MacroOperations implements OnModuleInit {
  constructor(
    private readonly api: Api,
    private readonly shelf: MacroShelf,
    private readonly page: TicketPageReader,
    private readonly tickets: Tickets,
  ) {}

  onModuleInit(): void {
    const { post } = portalApi;
    const { params, ...told } = onTicketByKey;
    this.api.add(
      post(
        '/tickets/{number}/macros/{macro}',
        {
          ...{ ...told, id: 'applyMacro', summary: 'Use a macro on a ticket', output: null },
          description:
            'What it writes is sent, in the words of the customer’s language, and what it changes is changed.',
          params: params.extend({ macro: z.uuid() }),
        },
        async ({ actor, params: { number, macro: id } }) => {
          if (!holds(actor.ability, 'reply', 'Desk')) throw new Refused();
          const ticket = await this.page.read(actor, number, 'none');
          const macro = await this.shelf.proposed(actor, ticket, id, null);
          if (!macro) throw new NotFound();
          const { text, note, actions } = macro;
          if (!text) return this.tickets.act(actor, number, actions);
          const words = { body: text, fileIds: [], source: 'api' as const, also: actions };
          await (note ? this.tickets.note(actor, number, words) : this.tickets.reply(actor, number, words));
        },
      ),
    );
  }
}
