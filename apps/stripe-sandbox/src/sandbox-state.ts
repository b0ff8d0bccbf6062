import { Account, type BillingSettings } from './account.js';
import { runUntil } from './billing/passing-time.js';
import { invalid } from './errors.js';
import type { StripeEvent, Wire } from './objects.js';
import { KeptState } from './kept-state.js';
import { Deliveries } from './webhooks.js';

export interface SandboxOptions {
  /** 0, the default: any free port. */
  port?: number;
  /** Where browsers find its pages; without it, the address it listens on. */
  publicUrl?: string;
  /** Gets the events of `account`; other accounts make endpoints of their own. */
  webhookUrl?: string;
  webhookSecret?: string;
  /** The account that `webhookUrl` belongs to. */
  account?: string;
  /** Keeps everything over restarts. */
  dataFile?: string;
  /** Milliseconds after which a webhook that failed is tried again, per attempt. */
  webhookBackoffMs?: number[];
  settings?: Partial<BillingSettings>;
}

/**
 * What the whole API does instead of answering: an error without doing anything, an answer that never comes, or, with
 * `lost`, the work done and the connection closed before the answer.
 */
export type Outage = 'error' | 'unavailable' | 'rate_limit' | 'hang' | 'lost';

export interface OutageRule {
  kind: Outage;
  /** So many requests suffer from it. */
  times: number;
  /** So many requests are answered before it begins. */
  after?: number;
  /** Only requests whose method and path begin so: `POST /v1/checkout`. */
  only?: string;
}

export const MAIN_ACCOUNT = 'foyer';

/** What a sandbox holds, and how it is steered; `StripeSandbox` is the server in front of it. */
export class SandboxState {
  readonly accounts = new Map<string, Account>();
  readonly deliveries: Deliveries;
  /** What the API suffers from, until its time is over or it is set to null. */
  outage: OutageRule | null = null;
  /** The latest requests to the API, oldest first: `POST /v1/customers`. */
  readonly calls: string[] = [];
  /** Milliseconds that every answer of the API takes. */
  latencyMs = 0;
  readonly webhookSecret: string;
  /** Base of the addresses of pages, like `http://127.0.0.1:4710`. */
  origin = '';
  protected readonly kept: KeptState | null;
  private readonly mainAccount: string;

  constructor(protected readonly options: SandboxOptions) {
    this.mainAccount = options.account ?? MAIN_ACCOUNT;
    this.webhookSecret = options.webhookSecret ?? `whsec_sandbox_${this.mainAccount}`;
    this.deliveries = new Deliveries((account) => this.listenersOf(account), options.webhookBackoffMs);
    this.kept = options.dataFile ? new KeptState(options.dataFile, () => [...this.accounts.values()]) : null;
  }

  apiKey(account = this.mainAccount): string {
    return `sk_sandbox_${account}`;
  }

  /** An account by its name; it is there as soon as somebody asks for it. */
  account(name = this.mainAccount): Account {
    let account = this.accounts.get(name);
    if (!account) {
      account = new Account(
        name,
        () => this.origin,
        () => Math.floor(Date.now() / 1_000),
        (of, event) => {
          this.deliveries.enqueue(of, event);
          this.kept?.changed();
        },
      );
      Object.assign(account.settings, this.options.settings);
      this.accounts.set(name, account);
    }
    return account;
  }

  /** Lets a test clock run; every event comes at its own time. Resolves when its webhooks have been sent. */
  async advance(clock: string, to: number, account?: string): Promise<void> {
    const of = this.account(account);
    const row = of.clocks.get(clock, 'test_clock');
    if (to < row.frozen_time) throw invalid('A clock only runs forward.', 'frozen_time');
    runUntil(of, row, to);
    this.changed();
    await this.deliveries.settled();
  }

  /** What the bank says to a customer's next charges, whatever its card: `succeed`, or a decline code. */
  forceCharges(
    customer: string,
    outcome: string,
    { times = 1, account }: { times?: number; account?: string } = {},
  ): void {
    const { forced } = this.account(account);
    if (times <= 0) forced.delete(customer);
    else forced.add({ id: customer, outcome, times });
  }

  /** All events of an account, oldest first. */
  events(account?: string): StripeEvent[] {
    return this.account(account).events.all();
  }

  /** An object as it lies there, by its id. */
  find(id: string, account?: string): Wire | undefined {
    return this.account(account).find(id);
  }

  /** Resolves when every webhook that is due has been sent. */
  settled(): Promise<void> {
    return this.deliveries.settled();
  }

  /** Forgets an account and everything in it. */
  forget(account = this.mainAccount): void {
    this.accounts.delete(account);
    this.changed();
  }

  /** Something happened: it is kept, and told. */
  changed(): void {
    this.kept?.changed();
    this.deliveries.kick();
  }

  /** Takes up what an earlier run left. */
  protected async restore(): Promise<void> {
    for (const saved of (await this.kept?.read()) ?? []) this.account(saved.name).load(saved);
  }

  private listenersOf(account: Account): { url: string; secret: string; types: string[] }[] {
    const { webhookUrl: url } = this.options;
    const own = account.webhookEndpoints
      .where(({ status }) => status === 'enabled')
      .map(({ id, url: to, enabled_events: types }) => ({
        url: to,
        types,
        secret: account.endpointSecrets.get(id).secret,
      }));
    return url && account.name === this.mainAccount ? [{ url, secret: this.webhookSecret, types: ['*'] }, ...own] : own;
  }
}
