import { Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { NotFound } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';
import { parseTicketNumber, ticketNumber, TicketPageReader } from '@foyer/tickets';
import { Can, ConsoleController, CurrentActor, Feature, seeOther } from '@foyer/web';
import { MacroShelf } from './macro-shelf.js';

/**
 * Uses a macro on a ticket. One with words fills the box in which the team writes and proposes its changes, to be sent
 * together; one without only changes, so it does so at once.
 */
@Can('reply', 'Ticket')
@Feature('tickets')
@ConsoleController('tickets')
export class ApplyMacroController {
  constructor(
    private readonly shelf: MacroShelf,
    private readonly page: TicketPageReader,
  ) {}

  @Post(':number/macros/:macro')
  async apply(
    @CurrentActor() actor: PortalActor,
    @Param('number') text: string,
    @Param('macro', ParseUUIDPipe) id: string,
  ) {
    const number = parseTicketNumber(text);
    if (number === null) throw new NotFound();
    await this.page.read(actor, number);
    const macro = await this.shelf.find(actor, id);
    const path = `/console/tickets/${ticketNumber(number)}`;
    if (macro.text) return seeOther(`${path}?macro=${id}#reply`);
    await this.shelf.apply(actor, number, macro);
    return seeOther(path, 'service.macros.applied');
  }
}
