import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { unseal } from '@foyer/credentials';
import { Database, rows, sql, table, waitBefore } from '@foyer/database';
import { OnEvent, Outbox } from '@foyer/events';
import { fetchMails } from '@foyer/inbound';
import { ForbiddenAddress, Outbound } from '@foyer/outbound';
import { Collections, SettingsChanged } from '@foyer/settings';
import { Maintenance } from '@foyer/tenants';
import { ReplyAddresses } from '@foyer/tickets';
import { Arrivals, asFile } from '../arrivals.js';
import { MailboxDue } from '../correspondence.events.js';
import { type Mailbox, mailboxes, mailboxSeal } from '../mail-settings.js';

const EVERY_SECONDS = 60;
/** For what somebody has to mend: a wrong password, a wrong server. */
const MENDED_SECONDS = 300;
/** A server that has been away for some minutes is knocked at like any other from then on. */
const SOON_FAILURES = 100;
/** After so long without a look, the chain of looks has broken somewhere and is begun anew. */
const LOST = '30 minutes';

/** Looks into mailboxes by IMAP, one look after the other: each asks for the next. */
@Injectable()
export class MailboxRounds implements OnModuleInit {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly collections: Collections,
    private readonly arrivals: Arrivals,
    private readonly addresses: ReplyAddresses,
    private readonly maintenance: Maintenance,
    private readonly outbound: Outbound,
  ) {}

  onModuleInit(): void {
    this.maintenance.register('correspondence.mailboxes', () => this.beginLost());
  }

  @OnEvent(SettingsChanged, 'correspondence.mailboxes')
  async changed({ section }: SettingsChanged): Promise<void> {
    if (section !== mailboxes.name) return;
    await this.database.write(async () => {
      for (const { id } of (await this.collections.stored(mailboxes)).filter(({ enabled }) => enabled))
        await this.begin(id);
    });
  }

  @OnEvent(MailboxDue, 'correspondence.fetch', { lane: 'outside' })
  async look({ mailboxId, round, failures = 0 }: MailboxDue): Promise<void> {
    const box = await this.collections.find(mailboxes, mailboxId);
    const [state] = await this.database.read((em) =>
      rows<{ round: number }>(em, sql`select round from ${table('inbound_mailbox')} where id = ${mailboxId}`),
    );
    if (!box?.enabled || state?.round !== round) return;
    let fetched = 0;
    const error = await this.fetch(box).then(
      (count) => ((fetched = count), null),
      (reason: Error) => reasonOf(reason),
    );
    await this.next({ mailboxId, round, failures: error ? failures + 1 : 0 }, fetched, error);
  }

  private async fetch(box: Mailbox): Promise<number> {
    const password = unseal(this.config.secretKey, mailboxSeal(), box.password);
    if (password === null) throw new Error('password');
    const address = await this.outbound.addressOf(box.host);
    const folder = join(this.config.dataDir, 'uploads');
    await mkdir(folder, { recursive: true });
    const { host, port, security, user, id: mailboxId } = box;
    const account = { address, host, port, security, user, password, maxBytes: this.config.inbound.limitBytes };
    return fetchMails(account, async (raw, uid) => {
      const recipient = this.addresses.inbox();
      if (!raw) return this.arrivals.missed('imap', { name: `${mailboxId}.${uid}`, recipient, mailboxId });
      const way = { way: 'imap' as const, recipient: null, envelopeFrom: '', mailboxId };
      await asFile(folder, raw, (path) => this.arrivals.keep({ path, ...way }));
    });
  }

  /** Begins a chain of looks; one that is under way ends, since its number is not the latest any more. */
  private async begin(mailboxId: string): Promise<void> {
    await this.database.write(async (em) => {
      const [state] = await rows<{ round: number }>(
        em,
        sql`insert into ${table('inbound_mailbox')} as b (id, round) values (${mailboxId}, 1)
            on conflict (id) do update set round = b.round + 1 returning round`,
      );
      await this.outbox.publish(new MailboxDue(mailboxId, state!.round));
    });
  }

  private async next({ mailboxId, round, failures }: MailboxDue, fetched: number, error: string | null): Promise<void> {
    await this.database.write(async (em) => {
      const [state] = await rows<{ round: number }>(
        em,
        sql`update ${table('inbound_mailbox')} set round = round + 1, polled_at = now(), error = ${error}, fetched = fetched + ${fetched}
             where id = ${mailboxId} and round = ${round} returning round`,
      );
      const due = { afterSeconds: secondsUntil(error, failures) };
      if (state) await this.outbox.publish(new MailboxDue(mailboxId, state.round, failures), due);
    });
  }

  private async beginLost(): Promise<void> {
    const enabled = (await this.collections.all(mailboxes)).filter((box) => box.enabled).map(({ id }) => id);
    if (enabled.length === 0) return;
    const lively = await this.database.read((em) =>
      rows<{ id: string }>(
        em,
        sql`select id from ${table('inbound_mailbox')} where id = any(${enabled}::uuid[]) and polled_at > now() - ${LOST}::interval`,
      ),
    );
    const alive = new Set(lively.map(({ id }) => id));
    for (const id of enabled) if (!alive.has(id)) await this.begin(id);
  }
}

/** A server that is away is back when it is back: it is asked again soon, and then less often. */
function secondsUntil(error: string | null, failures: number): number {
  if (error === 'connection' || error === 'host')
    return failures > SOON_FAILURES ? EVERY_SECONDS : waitBefore(failures) / 1000;
  return error === null ? EVERY_SECONDS : MENDED_SECONDS;
}

/** What went wrong, as one of the few things people can do something about; never the server's own words. */
function reasonOf(error: Error & { authenticationFailed?: boolean; code?: string }): string {
  if (error instanceof ForbiddenAddress) return 'private';
  if (error.message === 'password' || error.authenticationFailed) return 'login';
  if (['ENOTFOUND', 'EAI_AGAIN'].includes(error.code ?? '')) return 'host';
  if (/certificate|self.signed|tls|ssl/i.test(`${error.code} ${error.message}`)) return 'tls';
  return 'connection';
}
