import { createHash, randomUUIDv7 } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { Inject, Injectable } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { Database, rows, sql, table } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { type Limit, Limits } from '@foyer/credentials';
import { Files } from '@foyer/files';
import { type InboundMail, parseHead } from '@foyer/inbound';
import { Settings } from '@foyer/settings';
import { currentTenant } from '@foyer/tenancy';
import { isBlocked, mailSettings } from './mail-settings.js';
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

/** Of all channels together. Whoever sends by SMTP, or posts, is told to come again later. */
const PER_TENANT: Limit = { name: 'mail-in', points: 3_000, seconds: 3600 };
/** Where mails come from by SMTP, whomever they are for. */
const PER_PEER: Limit = { name: 'mail-in-peer', points: 1_000, seconds: 3600, across: 'platform' };
/** An address and where it sends from: nobody uses up what somebody else may send by writing in their name. */
const PER_SENDER: Limit = { name: 'mail-in-address', points: 120, seconds: 3600 };

/** Keeps mails that come in, by whichever way, exactly once. Reading them is the worker's business. */
@Injectable()
export class Arrivals {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly files: Files,
    private readonly outbox: Outbox,
    private readonly limits: Limits,
    private readonly settings: Settings,
  ) {}

  /** Once it returns the mail is ours. False when it was here before, by this way or another. */
  async keep(arrival: Arrival): Promise<boolean> {
    const raw = await readFile(arrival.path);
    const head = parseHead(raw);
    await this.countIn(arrival, head);
    const { blocked } = await this.settings.get(mailSettings);
    const print = fingerprint(raw, head);
    if (head.from && isBlocked(blocked, head.from.address)) return this.turnAway(arrival, head, print);
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
      const file = await this.files.store({ path: arrival.path, name: 'mail.eml' }, { byMail: true });
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

  /** Nobody is heard whom the team has blocked: it is noted that they wrote, and nothing of it takes space. */
  private async turnAway(
    { way, recipient, mailboxId, envelopeFrom }: Arrival,
    { messageId, from, subject }: InboundMail,
    print: string,
  ) {
    const id = randomUUIDv7();
    await this.database.write((em) =>
      rows(
        em,
        sql`insert into ${table('inbound_mail')}
              (id, message_id, way, sender, recipient, subject, status, reason, mailbox_id, envelope_from, fingerprint, handled_at)
            values (${id}, ${messageId || `<${id}@blocked>`}, ${way}, ${from!.address}, ${recipient ?? this.ours([])}, ${subject.slice(0, 500)},
                    'refused', 'blocked', ${mailboxId ?? null}, ${envelopeFrom.slice(0, 320)}, ${print}, now())
            on conflict (message_id) do nothing`,
      ),
    );
    return true;
  }

  /** Before anything of it takes space. @throws TooMany */
  private async countIn({ way, peer }: Arrival, { from }: InboundMail): Promise<void> {
    // Behind a server of the operator's, all mails come from that one.
    if (peer && !this.config.inbound.authservId) await this.limits.count(PER_PEER, peer);
    await this.limits.count(PER_SENDER, `${from?.address ?? ''} ${peer ?? way}`);
    await this.limits.count(PER_TENANT, 'all');
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
