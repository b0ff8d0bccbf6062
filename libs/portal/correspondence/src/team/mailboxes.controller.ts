import { Database, rows, sql, table } from '@foyer/database';
import { type CollectionRow, Collections, ResourceController, SettingsPage } from '@foyer/settings';
import { domainAsWritten, type Visit } from '@foyer/web';
import { type Mailbox, mailboxes } from '../mail-settings.js';

interface State {
  id: string;
  polledAt: string | null;
  error: string | null;
}

/** Mailboxes that are looked into, with how the last look went. */
@SettingsPage(mailboxes)
export class MailboxesController extends ResourceController<Mailbox> {
  protected readonly collection = mailboxes;
  protected override readonly template = 'correspondence/team/mailbox';
  protected override readonly placed = ['typeId', 'categoryId', 'enabled'];
  /** One statement a page, however many mailboxes it lists. */
  private readonly looks = new WeakMap<Visit, Promise<Map<string, State>>>();

  constructor(
    collections: Collections,
    private readonly database: Database,
  ) {
    super(collections);
  }

  protected override async row(visit: Visit, { id, name, user, host, enabled }: Mailbox): Promise<CollectionRow> {
    if (!this.looks.has(visit)) this.looks.set(visit, this.states());
    const state = (await this.looks.get(visit)!).get(id);
    const text = state?.error
      ? visit.t(`correspondence.mailbox.error.${state.error}`)
      : `${user} · ${domainAsWritten(host)}`;
    const tone = state?.error ? 'bad' : state?.polledAt ? 'good' : 'info';
    const label = visit.t(`correspondence.mailbox.state.${tone}`);
    return { title: name, text, enabled, badge: enabled ? { label, tone } : null };
  }

  private async states(): Promise<Map<string, State>> {
    const found = await this.database.read((em) =>
      rows<State>(em, sql`select id, polled_at as "polledAt", error from ${table('inbound_mailbox')} limit 1000`),
    );
    return new Map(found.map((state) => [state.id, state]));
  }
}
