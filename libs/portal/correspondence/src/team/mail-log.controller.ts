import { Get, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { z } from 'zod';
import { type Actor, holds } from '@foyer/access';
import { Files } from '@foyer/files';
import {
  Ask,
  type Asked,
  ConsoleController,
  field,
  filterView,
  id,
  listView,
  Posts,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { ticketNumber } from '@foyer/tickets';
import { INBOUND_STATUSES, type InboundStatus } from '../inbound-mail.js';
import { type LogRow, MailLog } from '../mail-log.js';

const PATH = '/console/settings/mail-log';
const PAGE = 50;
const LINK_SECONDS = 300;
const TONES: Partial<Record<InboundStatus, string>> = {
  ...{ opened: 'good', joined: 'good', held: 'warn', refused: 'bad', bounced: 'bad', received: 'info' },
};
const filters = z.object({
  q: field.search,
  status: z.enum(INBOUND_STATUSES).nullable().catch(null),
  cursor: field.cursor.nullable().catch(null),
});
const listing = { query: filters };
const onMail = { params: { mail: id } };

/** Every mail that came in, and what became of it. */
@ConsoleController('settings/mail-log', { can: ['manage', 'Settings'] })
@Posts<typeof onMail, Actor, MailLogController>(onMail, () => PATH, {
  ':mail/retry': [({ log }, { actor, mail }) => log.retry(actor, mail), 'correspondence.log.retried'],
})
export class MailLogController {
  constructor(
    readonly log: MailLog,
    private readonly files: Files,
  ) {}

  @Get()
  @View('correspondence/team/mail-log')
  async list(@Ask(listing) { visit, actor, query: { q, status, cursor } }: Asked<typeof listing>) {
    const { rows, next } = await this.log.page(actor, { search: q || null, status, cursor, limit: PAGE });
    const options = INBOUND_STATUSES.map((value) => ({ value, label: visit.t(`correspondence.status.${value}`) }));
    const label = visit.t('correspondence.log.status');
    return {
      mails: rows.map((row) => this.row(visit, actor, row)),
      filters: [filterView(visit, PATH, { name: 'status', label, current: status, options })],
      ...listView(visit, PATH, { q: q || null, filters: { status }, next, previous: null }),
    };
  }

  /** The mail as it came, as a file from the host for uploaded content. */
  @Get(':mail/source')
  async source(@Ask(onMail) { actor, mail: id }: Asked<typeof onMail>, @Res() res: Response) {
    res.redirect(303, this.files.signedUrl(await this.log.source(actor, id), LINK_SECONDS));
  }

  @Post(':mail/acceptance')
  async accept(@Ask(onMail) { actor, mail: id }: Asked<typeof onMail>) {
    return accepted(PATH, await this.log.accept(actor, id));
  }

  private row(visit: Visit, { ability }: Actor, row: LogRow) {
    const { status, reason } = row;
    const hasSource = row.hasSource && holds(ability, 'read', 'Mail');
    return {
      href: `${PATH}/${row.id}`,
      ...{ sender: row.sender, recipient: row.recipient, subject: row.subject, receivedAt: row.receivedAt, status },
      way: visit.t(`correspondence.way.${row.way}`),
      statusLabel: visit.t(`correspondence.status.${status}`),
      tone: TONES[status] ?? null,
      reason: reason && visit.t(`correspondence.reason.${reason}`),
      doubtful: row.authentication === 'fail',
      ticket: row.ticket && { number: ticketNumber(row.ticket), href: `/console/tickets/${ticketNumber(row.ticket)}` },
      can: {
        source: hasSource,
        retry: row.hasSource && ['held', 'refused', 'ignored'].includes(status),
        accept: hasSource && status === 'held' && holds(ability, 'decide', 'Mail') && acceptLabel(visit, row),
      },
    };
  }
}

/** Back to the list, saying what a mail that was held has become. */
export const accepted = (path: string, became: Awaited<ReturnType<MailLog['accept']>>) =>
  became
    ? seeOther(path, `correspondence.log.accepted.${became}`)
    : seeOther(path, 'correspondence.reason.not-now', 'bad');

/** Nobody can be found behind them, whatever the team decides. */
const HOPELESS: readonly (string | null)[] = ['no-sender', 'unreadable'];

/** What comes of a held mail that is accepted: whoever may write in the ticket it answers joins it. Null: nothing can. */
export const acceptLabel = (visit: Visit, { ticket, reason }: Pick<LogRow, 'ticket' | 'reason'>): string | null =>
  HOPELESS.includes(reason)
    ? null
    : ticket === null || reason === 'not-entitled'
      ? visit.t('correspondence.log.accept.opened')
      : visit.t('correspondence.log.accept.joined', { ticket: ticketNumber(ticket) });
