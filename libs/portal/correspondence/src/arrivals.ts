import { createHash, randomUUIDv7 } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { Inject, Injectable } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { Database, rows, sql, table } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { Files } from '@foyer/files';
import { type InboundMail, parseMail } from '@foyer/inbound';
import { currentTenant } from '@foyer/tenancy';
import { MailReceived } from './correspondence.events.js';
import type { Way } from './inbound-mail.js';

export interface Arrival {
  /** A file with the mail as it came; the caller removes it. */
  path: string;
  way: Way;
  /** Of ours, to which it was sent; null where the way does not tell. */
  recipient: string | null;
  envelopeFrom: string;
  peer?: string | null;
  helo?: string | null;
  mailboxId?: string | null;
}

/** Only as much of a mail as its header takes. */
const HEAD_BYTES = 256 * 1024;

/** Keeps mails that come in, by whichever way, exactly once. Reading them is the worker's business. */
@Injectable()
export class Arrivals {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly files: Files,
    private readonly outbox: Outbox,
  ) {}

  /** Once it returns the mail is ours. False when it was here before, by this way or another. */
  async keep(arrival: Arrival): Promise<boolean> {
    const raw = await readFile(arrival.path);
    const head = parseMail(raw.subarray(0, HEAD_BYTES));
    const print = fingerprint(raw, head);
    // Two tenants, or two of our addresses, may get the same mail; whoever has no id gets one from what is in it.
    const named = head.messageId || `<${createHash('sha256').update(raw).digest('hex')}@content>`;
    // PostgreSQL has nothing to do with it, but a file of text has no NUL, and neither has a mail (RFC 5322, 2.2).
    if (raw.includes(0))
      await writeFile(
        arrival.path,
        raw.filter((byte) => byte !== 0),
      );
    const recipient = arrival.recipient ?? this.ours([...head.to, ...head.cc].map(({ address }) => address));
    for (;;) {
      const messageId = await this.idOf(named, print);
      if (messageId === null) return false;
      // Another one took the id in this moment: the same mail, or one that is called the same.
      if (await this.insert({ ...arrival, recipient }, { messageId, print, head })) return true;
    }
  }

  private insert(
    arrival: Arrival,
    { messageId, print, head }: { messageId: string; print: string; head: InboundMail },
  ): Promise<boolean> {
    return this.database.write(async (em) => {
      const file = await this.files.store({ path: arrival.path, name: 'mail.eml' }, { createdBy: null });
      const id = randomUUIDv7();
      const kept = await rows(
        em,
        sql`insert into ${table('inbound_mail')}
              (id, message_id, way, sender, recipient, subject, file_id, mailbox_id, envelope_from, peer, helo, fingerprint)
            values (${id}, ${messageId}, ${arrival.way}, ${head.from?.address ?? ''}, ${arrival.recipient}, ${head.subject.slice(0, 500)},
                    ${file.id}, ${arrival.mailboxId ?? null}, ${arrival.envelopeFrom.slice(0, 320)}, ${arrival.peer ?? null},
                    ${arrival.helo?.slice(0, 255) ?? null}, ${print})
            on conflict (message_id) do nothing returning 1`,
      );
      if (kept.length === 0) {
        await this.files.remove(file.id);
        return false;
      }
      await this.outbox.publish(new MailReceived(id, 0));
      return true;
    });
  }

  /** Under which id a mail is kept; null when it is here. Devices and forms give all their mails one id. */
  private async idOf(named: string, print: string): Promise<string | null> {
    const another = `${named.slice(0, 900)}#${print.slice(0, 32)}`;
    const known = await this.database.read((em) =>
      rows<{ id: string; print: string | null }>(
        em,
        sql`select message_id as id, fingerprint as print from ${table('inbound_mail')} where message_id in (${named}, ${another})`,
      ),
    );
    if (known.length === 0) return named;
    return known.some(({ id, print: kept }) => id === another || kept === null || kept === print) ? null : another;
  }

  /** Notes a mail that was too large to be taken, so that the team knows of it. */
  async missed(way: Way, about: { name: string; recipient: string; mailboxId: string | null }): Promise<void> {
    await this.database.write((em) =>
      rows(
        em,
        sql`insert into ${table('inbound_mail')} (id, message_id, way, sender, recipient, status, reason, mailbox_id, handled_at)
            values (${randomUUIDv7()}, ${`<${about.name}@too-large>`}, ${way}, '', ${about.recipient}, 'refused', 'too-large', ${about.mailboxId}, now())
            on conflict (message_id) do nothing`,
      ),
    );
  }

  /** The first of our own addresses among those a mail names; the tenant's own where it names none. */
  private ours(addresses: string[]): string {
    const inbox = `${currentTenant().slug}@${this.config.inbound.domain}`;
    return addresses.find((address) => address.endsWith(`@${this.config.inbound.domain}`)) ?? inbox;
  }
}

/** Gives a mail that is in memory a place on disk for as long as `work` takes. */
export async function asFile<T>(folder: string, raw: Buffer, work: (path: string) => Promise<T>): Promise<T> {
  const path = `${folder}/${randomUUIDv7()}.eml`;
  try {
    await writeFile(path, raw);
    return await work(path);
  } finally {
    await rm(path, { force: true });
  }
}

/** Of sender, subject and body: what servers add on the way does not count, nor how they end lines. */
function fingerprint(raw: Buffer, { from, subject }: InboundMail): string {
  const text = raw.toString('latin1').replaceAll('\r\n', '\n');
  const body = text.slice(text.indexOf('\n\n') + 1).trimEnd();
  return createHash('sha256')
    .update(JSON.stringify([from?.address ?? '', subject]))
    .update(body, 'latin1')
    .digest('hex');
}
