import { Get, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { z } from 'zod';
import type { Actor } from '@foyer/access';
import { Files } from '@foyer/files';
import { Ask, type Asked, ConsoleController, id, listView, Posts, View } from '@foyer/web';
import { MailLog } from '../mail-log.js';
import { accepted, acceptLabel } from './mail-log.controller.js';

const PATH = '/console/held-mails';
const PAGE = 50;
const LINK_SECONDS = 300;
const filters = z.object({ cursor: z.string().max(100).nullable().catch(null) });
const listing = { query: filters };
const onMail = { params: { mail: id } };

/** Mails that became no ticket by themselves, for those who see all tickets and open some for others: a web form's question is a program's mail. */
@ConsoleController('held-mails', { feature: 'tickets', can: ['decide', 'Mail'] })
@Posts<typeof onMail, Actor, HeldMailsController>(onMail, () => PATH, {
  ':mail/dismissal': [({ log }, { actor, mail }) => log.dismiss(actor, mail), 'correspondence.held.dismissed'],
})
export class HeldMailsController {
  constructor(
    readonly log: MailLog,
    private readonly files: Files,
  ) {}

  @Get()
  @View('correspondence/team/held-mails')
  async list(@Ask(listing) { visit, actor, query: { cursor } }: Asked<typeof listing>) {
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
  async source(@Ask(onMail) { actor, mail: id }: Asked<typeof onMail>, @Res() res: Response) {
    res.redirect(303, this.files.signedUrl(await this.log.heldSource(actor, id), LINK_SECONDS));
  }

  @Post(':mail/acceptance')
  async accept(@Ask(onMail) { actor, mail: id }: Asked<typeof onMail>) {
    return accepted(PATH, await this.log.accept(actor, id));
  }
}
