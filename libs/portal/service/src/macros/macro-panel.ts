import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ticketPanels } from '@foyer/places';
import { Slots } from '@foyer/slots';
import { ticketNumber } from '@foyer/tickets';
import { MacroShelf } from './macro-shelf.js';

/** The macros above the box in which the team writes. */
@Injectable()
export class MacroPanel implements OnModuleInit {
  constructor(
    private readonly slots: Slots,
    private readonly shelf: MacroShelf,
  ) {}

  onModuleInit(): void {
    this.slots.fill(ticketPanels, 10, {
      face: 'team',
      place: 'composer',
      load: async (actor, ticket) => {
        if (!ticket.can.reply) return null;
        const path = `/console/tickets/${ticketNumber(ticket.number)}`;
        const macros = (await this.shelf.of(actor)).map(({ id, name, shortcut, text, note }) => ({
          ...{ id, name, shortcut, note, changes: text === '' },
          action: `${path}/macros/${id}`,
        }));
        return { template: 'service/team/macro-picker', view: { macros } };
      },
    });
  }
}
