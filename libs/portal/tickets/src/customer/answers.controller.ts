import { Get, Param, ParseUUIDPipe } from '@nestjs/common';
import { Files } from '@foyer/files';
import type { PortalActor } from '@foyer/identity';
import { CurrentActor, Feature, PortalController, seeOther } from '@foyer/web';
import { TicketNumber } from '../ticket-number.pipe.js';
import { TicketPageReader } from '../ticket-page.js';
import { AnswerPanels } from '../asking/answer-panels.js';

const LINK_SECONDS = 60;

/** Files that answer a question of a request's form. */
@PortalController('tickets/:number/answers')
@Feature('tickets')
export class AnswersController {
  constructor(
    private readonly page: TicketPageReader,
    private readonly answers: AnswerPanels,
    private readonly files: Files,
  ) {}

  @Get(':file')
  async file(
    @CurrentActor() actor: PortalActor,
    @Param('number', TicketNumber) number: number,
    @Param('file', ParseUUIDPipe) id: string,
  ) {
    const ticket = await this.page.read(actor, number);
    return seeOther(this.files.signedUrl(await this.answers.file(ticket, id, false), LINK_SECONDS));
  }
}
