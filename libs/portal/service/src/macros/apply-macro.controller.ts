import { Post } from '@nestjs/common';
import { z } from 'zod';
import { DomainError, Refused } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';
import { Drafts, notePlace, onTicket, replyPlace, ticketNumber, TicketPageReader, Tickets } from '@foyer/tickets';
import { Ask, type Asked, ConsoleController, id, seeOther } from '@foyer/web';
import { MacroShelf } from './macro-shelf.js';

const applying = { params: { ...onTicket.params, macro: id }, form: z.looseObject({}) };

/**
 * Uses a macro on a ticket. One without words changes it at once, all or nothing; words come back in the box in which the
 * team writes, and with them what else is done when they are sent.
 */
@ConsoleController('tickets', { feature: 'tickets', can: ['reply', 'Desk'] })
export class ApplyMacroController {
  constructor(
    private readonly shelf: MacroShelf,
    private readonly page: TicketPageReader,
    private readonly tickets: Tickets,
    private readonly drafts: Drafts,
  ) {}

  @Post(':number/macros/:macro')
  async apply(
    @Ask(applying) { actor, number, macro: id, form: { values: typed } }: Asked<typeof applying, PortalActor>,
  ) {
    const { can } = await this.page.read(actor, number, 'none');
    if (!can.reply) throw new Refused();
    const path = `/console/tickets/${ticketNumber(number)}`;
    const macro = (await this.shelf.of(actor)).find((one) => one.id === id);
    // Without a script the page goes, and what stood in the box comes back with it.
    const written = String(typed['body'] ?? '').trim() !== '';
    if (written) await this.drafts.keep(actor, macro?.note ? notePlace(number) : replyPlace(number), typed);
    // Removed while the page was open: what the agent has written there is still to be sent.
    if (!macro) return seeOther(`${path}#composer`, 'service.macros.gone', 'bad');
    try {
      if (!macro.text) await this.tickets.act(actor, number, macro.actions);
    } catch (error) {
      // Whom or what it names is gone, or the agent's role does not go that far: they can still write.
      if (error instanceof DomainError) return seeOther(path, 'service.macros.failed', 'bad');
      throw error;
    }
    if (!(await this.page.isOpenTo(actor, number))) return seeOther('/console/tickets', 'tickets.team.handed-on');
    return macro.text
      ? seeOther(`${path}?macro=${id}${written ? '&after=draft' : ''}#composer`)
      : seeOther(path, 'service.macros.applied');
  }
}
