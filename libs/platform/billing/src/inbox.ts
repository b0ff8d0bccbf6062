import { Injectable } from '@nestjs/common';
import type { Stripe } from 'stripe';
import { PlatformDatabase, rows, sql } from '@foyer/database';
import { EventName, Every, OnEvent, Outbox } from '@foyer/events';
import { BillingAccounts } from './billing-accounts.js';
import { StripeApi } from './stripe-api.js';

/** Stripe has news; what they are, it is asked itself. */
@EventName('billing.stripe-event')
export class StripeEventArrived {
  constructor(readonly eventId: string) {}
}

const KEPT_DAYS = 90;

/**
 * What Stripe sends is kept once and acknowledged before anything follows from it. What it says is not believed: it only tells
 * whose affairs to look at again, so that no order, repetition or delay makes a difference.
 */
@Injectable()
export class Inbox {
  constructor(
    private readonly platform: PlatformDatabase,
    private readonly outbox: Outbox,
    private readonly accounts: BillingAccounts,
    private readonly stripe: StripeApi,
  ) {}

  /** @returns whether it was news. */
  async keep({ id, type, created, livemode, data }: Stripe.Event): Promise<boolean> {
    const outcome = livemode === this.stripe.isLive ? null : 'of another mode';
    return this.platform.write(async (em) => {
      const kept = await rows(
        em,
        sql`insert into platform.stripe_event (id, type, customer_id, created_at, handled_at, outcome)
            values (${id}, ${type}, ${customerOf(data.object)}, to_timestamp(${created}), ${outcome && new Date()}, ${outcome})
            on conflict (id) do nothing returning id`,
      );
      if (kept.length === 0) return false;
      if (!outcome) await this.outbox.publish(new StripeEventArrived(id));
      return true;
    });
  }

  @OnEvent(StripeEventArrived, 'billing.look-again', { lane: 'outside' })
  async handle({ eventId }: StripeEventArrived): Promise<void> {
    const [event] = await this.platform.read((em) =>
      rows<{ customerId: string | null }>(
        em,
        sql`select customer_id as "customerId" from platform.stripe_event where id = ${eventId} and handled_at is null`,
      ),
    );
    if (!event) return;
    const account = event.customerId ? await this.accounts.ofCustomer(event.customerId) : null;
    // A tenant that is gone, a customer of somebody else's on the same Stripe account, a matter of no customer.
    const outcome = !account ? 'of nobody here' : (await this.accounts.refresh(account)) ? 'changed' : 'known';
    await this.platform.write((em) =>
      rows(em, sql`update platform.stripe_event set handled_at = now(), outcome = ${outcome} where id = ${eventId}`),
    );
  }

  @Every(86_400, 'billing.old-events')
  async forget(): Promise<void> {
    await this.platform.write((em) =>
      rows(
        em,
        sql`delete from platform.stripe_event
             where handled_at is not null and received_at < now() - make_interval(days => ${KEPT_DAYS})`,
      ),
    );
  }
}

function customerOf(object: object): string | null {
  const { object: kind, id, customer } = object as { object?: string; id?: string; customer?: string | { id: string } };
  if (kind === 'customer') return id ?? null;
  return (typeof customer === 'object' ? customer?.id : customer) ?? null;
}
