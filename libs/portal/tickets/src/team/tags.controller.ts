import { Get } from '@nestjs/common';
import type { PortalActor } from '@foyer/identity';
import { Ask, type Asked, ConsoleController, View } from '@foyer/web';
import { TicketSurroundings } from './ticket-surroundings.js';

/** Tags in use, for inputs to suggest: asked for by the page itself. */
@ConsoleController('tickets/tags', { feature: 'tickets', can: ['read', 'Desk'] })
export class TagsController {
  constructor(private readonly surroundings: TicketSurroundings) {}

  @Get()
  @View('tickets/team/tags')
  async piece(@Ask() { actor }: Asked<object, PortalActor>) {
    return { tags: await this.surroundings.tags(actor) };
  }
}
