import { createHmac } from 'node:crypto';
import type { Account } from './account.js';
import { newId } from './collection.js';
import type { StripeEvent } from './objects.js';

/** As Stripe signs: the time and the body, with the endpoint's secret. */
export function signature(body: string, secret: string, at: number): string {
  const v1 = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
  return `t=${at},v1=${v1}`;
}

export interface Delivery {
  id: string;
  account: string;
  event: StripeEvent;
  url: string;
  secret: string;
  /** `held` waits for a release, `waiting` for its time. */
  state: 'held' | 'waiting' | 'sending' | 'delivered' | 'failed' | 'dropped';
  /** Milliseconds. */
  dueAt: number;
  attempts: { at: number; status: number | null; error?: string }[];
}

export interface DeliveryRules {
  /** Nothing is sent until `release`. */
  hold: boolean;
  /** Each event is sent this often. */
  copies: number;
  /** Milliseconds until an event is sent. */
  delayMs: number;
  /** Events that are lost: all, or those of these types. */
  drop: boolean | string[];
}

export type Order = 'given' | 'reversed' | 'shuffled' | string[];

const TIMEOUT_MS = 20_000;
const KEPT = 2_000;

/** Sends events to those who listen, and everything that can go wrong with that, on demand. */
export class Deliveries {
  readonly all: Delivery[] = [];
  readonly rules: DeliveryRules = { hold: false, copies: 1, delayMs: 0, drop: false };
  private timer: NodeJS.Timeout | undefined;
  private readonly sending = new Set<Promise<void>>();
  private stopped = false;

  /** @param backoffMs how long after each failed attempt the next is made */
  constructor(
    private readonly listeners: (account: Account) => { url: string; secret: string; types: string[] }[],
    private readonly backoffMs: number[] = [1_000, 4_000, 15_000, 60_000, 300_000, 1_800_000],
  ) {}

  enqueue(account: Account, event: StripeEvent): void {
    for (const { url, secret, types } of this.listeners(account)) {
      if (!types.includes('*') && !types.includes(event.type)) continue;
      const { drop, copies, hold, delayMs } = this.rules;
      const lost = drop === true || (Array.isArray(drop) && drop.includes(event.type));
      for (let copy = 0; copy < (lost ? 1 : copies); copy += 1) {
        event.pending_webhooks += 1;
        this.all.push({
          ...{ id: newId('whd'), account: account.name, event, url, secret, dueAt: Date.now() + delayMs, attempts: [] },
          state: lost ? 'dropped' : hold ? 'held' : 'waiting',
        });
      }
    }
    if (this.all.length > KEPT) this.all.splice(0, this.all.length - KEPT);
  }

  /** Sends what is due, after whoever is being answered has their answer. */
  kick(): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    const next = Math.min(...this.all.filter(({ state }) => state === 'waiting').map(({ dueAt }) => dueAt));
    if (next === Infinity) return;
    this.timer = setTimeout(() => this.sendDue(), Math.max(0, next - Date.now()));
    this.timer.unref();
  }

  /** Lets held events go one after another, in this order: event ids, or a way to arrange them. */
  async release(order: Order = 'given'): Promise<void> {
    this.rules.hold = false;
    const held = this.all.filter(({ state }) => state === 'held');
    const arranged = Array.isArray(order)
      ? order.flatMap((id) => held.filter(({ event }) => event.id === id))
      : order === 'reversed'
        ? held.reverse()
        : order === 'shuffled'
          ? held
              .map((one) => ({ one, place: Math.random() }))
              .sort((a, b) => a.place - b.place)
              .map(({ one }) => one)
          : held;
    for (const delivery of arranged) await this.send(delivery);
    this.kick();
  }

  /** Sends an event once more to everybody who listens. */
  async resend(account: Account, event: StripeEvent): Promise<void> {
    for (const { url, secret } of this.listeners(account)) {
      const delivery: Delivery = {
        ...{ id: newId('whd'), account: account.name, event, url, secret, dueAt: Date.now(), attempts: [] },
        state: 'waiting',
      };
      this.all.push(delivery);
      await this.send(delivery);
    }
  }

  /** Resolves when nothing is on its way or due now; what waits for another attempt later is not waited for. */
  async settled(): Promise<void> {
    for (;;) {
      const due = this.all.filter(({ state, dueAt }) => state === 'waiting' && dueAt <= Date.now());
      if (due.length === 0 && this.sending.size === 0) return;
      if (this.sending.size > 0) await Promise.all(this.sending);
      else this.sendDue();
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await Promise.allSettled(this.sending);
  }

  private sendDue(): void {
    if (this.stopped) return;
    for (const delivery of this.all)
      if (delivery.state === 'waiting' && delivery.dueAt <= Date.now())
        void this.send(delivery).then(() => this.kick());
    // A timer may be a moment early, and others may be due later.
    this.kick();
  }

  private send(delivery: Delivery): Promise<void> {
    delivery.state = 'sending';
    const sent = this.attempt(delivery).finally(() => this.sending.delete(sent));
    this.sending.add(sent);
    return sent;
  }

  private async attempt(delivery: Delivery): Promise<void> {
    const body = JSON.stringify(delivery.event, null, 2);
    const at = Date.now();
    try {
      const answer = await fetch(delivery.url, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json; charset=utf-8',
          'User-Agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
          'Stripe-Signature': signature(body, delivery.secret, Math.floor(at / 1_000)),
        },
        body,
        // Stripe takes a redirect for a failure.
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await answer.arrayBuffer();
      delivery.attempts.push({ at, status: answer.status });
      if (answer.status >= 200 && answer.status < 300) {
        delivery.state = 'delivered';
        delivery.event.pending_webhooks = Math.max(0, delivery.event.pending_webhooks - 1);
        return;
      }
    } catch (error) {
      delivery.attempts.push({ at, status: null, error: (error as Error).message });
    }
    const wait = this.backoffMs[delivery.attempts.length - 1];
    delivery.state = wait === undefined ? 'failed' : 'waiting';
    delivery.dueAt = Date.now() + (wait ?? 0);
  }
}
