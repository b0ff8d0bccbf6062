import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '@foyer/access';
import { type Config, CONFIG } from '@foyer/config';
import { Database, rows, sql, table } from '@foyer/database';
import { OnEvent } from '@foyer/events';
import { Files } from '@foyer/files';
import { type Authentication, authenticationOf, readMail } from '@foyer/inbound';
import { Settings } from '@foyer/settings';
import { ReplyAddresses } from '@foyer/tickets';
import { Bounces } from '../bounces.js';
import { MailReceived } from '../correspondence.events.js';
import type { InboundRow, Outcome } from '../inbound-mail.js';
import { Intake, type Letter } from '../intake.js';
import { MailFiles } from '../mail-files.js';

/** Reads a mail that was taken in, and decides once what becomes of it. */
@Injectable()
export class MailReading {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly files: Files,
    private readonly addresses: ReplyAddresses,
    private readonly bounces: Bounces,
    private readonly intake: Intake,
    private readonly mailFiles: MailFiles,
    private readonly settings: Settings,
  ) {}

  @OnEvent(MailReceived, 'correspondence.read')
  async read({ inboundMailId }: MailReceived): Promise<void> {
    const row = await this.row(inboundMailId);
    if (!row?.fileId || row.status !== 'received') return;
    const raw = await buffer((await this.files.open(row.fileId)) as Readable);
    // Before the transaction: the DNS may take its time.
    const { authservId } = this.config.inbound;
    const arrival = { peer: row.peer, helo: row.helo, envelopeFrom: row.envelopeFrom };
    const authentication = await authenticationOf(raw, arrival, authservId);
    const mail = await readMail(raw, { ...circumstancesOf(row), isOurs: (id) => this.addresses.read(id) !== null });
    // It would be no better the next time: the team has it as it came.
    if (!mail)
      await this.settleOnce(row, () => Promise.resolve({ status: 'held', reason: 'unreadable' }), authentication);
    else await this.settle({ row, mail, authentication, accepted: false });
  }

  /** Lets a mail that the team has looked at join its ticket or become one, whatever stood against it; null when even so it cannot. */
  async accept(row: InboundRow): Promise<'opened' | 'joined' | null> {
    const raw = await buffer((await this.files.open(row.fileId!)) as Readable);
    const mail = await readMail(raw, circumstancesOf(row));
    if (!mail) return null;
    await this.settle({ row, mail, authentication: row.authentication, accepted: true });
    const became = (await this.row(row.id))?.status;
    return became === 'opened' || became === 'joined' ? became : null;
  }

  row(id: string): Promise<InboundRow | undefined> {
    return this.database.read(async (em) => {
      const [row] = await rows<InboundRow>(
        em,
        sql`select id, message_id as "messageId", way, sender, recipient, status, file_id as "fileId", mailbox_id as "mailboxId",
                   envelope_from as "envelopeFrom", peer, helo, attempts, authentication
              from ${table('inbound_mail')} where id = ${id}`,
      );
      return row;
    });
  }

  /** Files are looked at before the transaction: thirty pictures take a while. */
  private async settle(about: Omit<Letter, 'files'>): Promise<void> {
    const { row, mail, accepted, authentication } = about;
    const { defaultLocale } = await this.settings.get('general');
    const wanted = this.intake.mayTake(mail, accepted) ? mail.attachments : [];
    const files = await this.mailFiles.check(wanted, defaultLocale);
    try {
      await this.settleOnce(row, () => this.decide({ ...about, files }), authentication);
    } finally {
      await this.mailFiles.discard(files);
    }
  }

  private async decide(letter: Letter): Promise<Outcome> {
    const { mail, row } = letter;
    if (mail.auto === 'loop') return { status: 'ignored', reason: 'loop' };
    if (mail.auto === 'receipt') return { status: 'ignored', reason: 'receipt' };
    if (mail.bounce)
      return this.bounces.note(mail.bounce, [row.recipient, ...mail.to.map(({ address }) => address.toLowerCase())]);
    return this.intake.take(letter);
  }

  /** Effect and outcome in one transaction, under a lock: ten workers with one mail make one message. */
  private async settleOnce(row: InboundRow, decide: () => Promise<Outcome>, known: Authentication): Promise<void> {
    const settle = (given: () => Promise<Outcome>) =>
      this.database.write(async (em) => {
        const [open] = await rows<{ status: string }>(
          em,
          sql`select status from ${table('inbound_mail')} where id = ${row.id} for update`,
        );
        if (open?.status !== row.status) return;
        const { status, reason, ticketId, messageId, senderId, authentication = known } = await given();
        await rows(
          em,
          sql`update ${table('inbound_mail')}
                 set status = ${status}, reason = ${reason ?? null}, ticket_id = ${ticketId ?? null}, ticket_message_id = ${messageId ?? null},
                     sender_id = ${senderId ?? null}, authentication = ${authentication}, handled_at = now(), attempts = attempts + 1
               where id = ${row.id}`,
        );
      });
    try {
      await settle(decide);
    } catch (error) {
      if (!(error instanceof DomainError) || ['files.storage-failed', 'files.busy'].includes(error.code)) throw error;
      // The portal said no in its own words (too many, switched off meanwhile): the team sees it and may try again.
      await settle(() => Promise.resolve({ status: 'held', reason: 'not-now' }));
    }
  }
}

/** Only SMTP tells whether the envelope named no sender; a mailbox and a mail service just leave it out. */
const circumstancesOf = ({ way, envelopeFrom }: InboundRow) => (way === 'smtp' ? { envelopeFrom } : {});
