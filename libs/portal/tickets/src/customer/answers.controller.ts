import { Get } from '@nestjs/common';
import { Files } from '@foyer/files';
import type { PortalActor } from '@foyer/identity';
import { Ask, type Asked, id, PortalController, seeOther } from '@foyer/web';
import { TicketPageReader } from '../ticket-page.js';
import { AnswerPanels } from '../asking/answer-panels.js';
import { onTicket } from '../on-ticket.js';

const LINK_SECONDS = 60;
const onFile = { params: { ...onTicket.params, file: id } };

/** Files that answer a question of a request's form. */
@PortalController('tickets/:number/answers', { feature: 'tickets' })
export class AnswersController {
  constructor(
    private readonly page: TicketPageReader,
    private readonly answers: AnswerPanels,
    private readonly files: Files,
  ) {}

  @Get(':file')
  async file(@Ask(onFile) { actor, number, file: id }: Asked<typeof onFile, PortalActor>) {
    const ticket = await this.page.read(actor, number);
    return seeOther(this.files.signedUrl(await this.answers.file(ticket, id, false), LINK_SECONDS));
  }
}
