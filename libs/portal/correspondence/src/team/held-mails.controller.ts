import { Get, Param, ParseUUIDPipe, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { z } from 'zod';
import type { Actor } from '@foyer/access';
import { Files } from '@foyer/files';
import {
  Can,
  ConsoleController,
  CurrentActor,
  CurrentVisit,
  Feature,
  Filters,
  listView,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { MailLog } from '../mail-log.js';
import { acceptLabel } from './mail-log.controller.js';

const PATH = '/console/held-mails';
const PAGE = 50;
const LINK_SECONDS = 300;
const filters = z.object({ cursor: z.string().max(100).nullable().catch(null) });

/** Mails that became no ticket by themselves, for those who see all tickets and open some for others: a web form's question is a program's mail. */
@Can('decide', 'Mail')
@Feature('tickets')
@ConsoleController('held-mails')
export class HeldMailsController {
  constructor(
    private readonly log: MailLog,
    private readonly files: Files,
  ) {}

  @Get()
  @View('correspondence/team/held-mails')
  async list(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: Actor,
    @Filters(filters) { cursor }: z.output<typeof filters>,
  ) {
    const { rows, next } = await this.log.held(actor, cursor, PAGE);
    return {
      mails: rows.map(({ id, sender, subject, receivedAt, reason, authentication, hasSource, ticket }) => ({
        ...{ sender, subject, receivedAt, hasSource, href: `${PATH}/${id}` },
        reason: reason && visit.t(`correspondence.reason.${reason}`),
        accept: acceptLabel(visit, { reason, ticket }),
        doubtful: authentication === 'fail',
      })),
      ...listView(visit, PATH, { q: null, filters: {}, next, previous: null }),
    };
  }

  @Get(':mail/source')
  async source(@CurrentActor() actor: Actor, @Param('mail', ParseUUIDPipe) id: string, @Res() res: Response) {
    res.redirect(303, this.files.signedUrl(await this.log.heldSource(actor, id), LINK_SECONDS));
  }

  @Post(':mail/acceptance')
  async accept(@CurrentActor() actor: Actor, @Param('mail', ParseUUIDPipe) id: string) {
    const became = await this.log.accept(actor, id);
    return became
      ? seeOther(PATH, `correspondence.log.accepted.${became}`)
      : seeOther(PATH, 'correspondence.reason.not-now', 'bad');
  }

  @Post(':mail/dismissal')
  async dismiss(@CurrentActor() actor: Actor, @Param('mail', ParseUUIDPipe) id: string) {
    await this.log.dismiss(actor, id);
    return seeOther(PATH, 'correspondence.held.dismissed');
  }
}
