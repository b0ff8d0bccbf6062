import { Injectable } from '@nestjs/common';
import type { Stripe } from 'stripe';
import { FEATURES } from '@foyer/entitlements';
import { type Interval, INTERVALS, type Plan, Plans } from '@foyer/plans';
import { Conflict } from '@foyer/access';
import { StripeApi } from './stripe-api.js';

/** By this name Stripe counts what is beyond a plan's tickets. */
export const METER = 'foyer_tickets';
const FRESH_MS = 600_000;

/** What a price is for; kept in its metadata, so that a subscription tells its plan by itself. */
interface Purpose {
  plan: string;
  interval: Interval;
  /** Of each ticket beyond the plan, or of the plan. */
  of: 'tickets' | 'plan';
}

/** Our declared plans as Stripe's products and prices. */
@Injectable()
export class Catalogue {
  private known: { at: number; prices: Map<string, string> } = { at: 0, prices: new Map() };

  constructor(
    private readonly stripe: StripeApi,
    private readonly plans: Plans,
  ) {}

  /** Stripe's ids of the prices that make up a plan. @throws Conflict while the plans have not been carried to Stripe */
  async prices(plan: Plan, interval: Interval): Promise<{ plan: string; tickets: string | null }> {
    const find = (of: Purpose['of']) => this.known.prices.get(lookupKey({ plan: plan.id, interval, of }));
    if (!find('plan') || Date.now() - this.known.at > FRESH_MS) await this.load();
    if (!find('plan') && !this.stripe.isLive) {
      // Where no money moves nobody should have to think of the command.
      await this.sync();
      await this.load();
    }
    const price = find('plan');
    if (!price) throw new Conflict('billing.not-set-up');
    return { plan: price, tickets: (plan.metered && find('tickets')) ?? null };
  }

  /** So many tickets more, beyond the plan; told twice by one name they count once. */
  async count({ identifier, customerId, value }: { identifier: string; customerId: string; value: number }) {
    await this.stripe.ask((api) =>
      api.billing.meterEvents.create({
        event_name: METER,
        identifier,
        payload: { stripe_customer_id: customerId, value: String(value) },
      }),
    );
  }

  /**
   * Makes Stripe agree with the declaration: products, features, a meter, and prices. An amount of Stripe's never changes, so another
   * one is another price that takes over the name; whoever pays the old one goes on doing so. @returns what was done, in words
   */
  async sync(): Promise<string[]> {
    const done: string[] = [];
    const meter = this.plans.all().some(({ metered }) => metered) ? await this.meter(done) : null;
    const features = await this.features(done);
    for (const plan of this.plans.all()) {
      const product = await this.product(plan, done);
      await this.attach(product, plan, features, done);
      for (const interval of INTERVALS) {
        const amount = (currency: string) => plan.prices[currency]![interval];
        await this.price(product, { plan: plan.id, interval, of: 'plan' }, amount, null, done);
        if (plan.metered && meter) {
          const each = (currency: string) => plan.metered!.tickets[currency]!;
          await this.price(product, { plan: plan.id, interval, of: 'tickets' }, each, meter, done);
        }
      }
    }
    this.known = { at: 0, prices: new Map() };
    return done;
  }

  private async load(): Promise<void> {
    const keys = this.plans
      .all()
      .flatMap(({ id }) =>
        INTERVALS.flatMap((interval) =>
          (['plan', 'tickets'] as const).map((of) => lookupKey({ plan: id, interval, of })),
        ),
      );
    const prices = new Map<string, string>();
    // Stripe looks up ten names at a time.
    for (let at = 0; at < keys.length; at += 10) {
      const some = keys.slice(at, at + 10);
      const { data } = await this.stripe.ask((api) => api.prices.list({ lookup_keys: some, active: true, limit: 100 }));
      for (const { id, lookup_key } of data) if (lookup_key) prices.set(lookup_key, id);
    }
    this.known = { at: Date.now(), prices };
  }

  private async meter(done: string[]): Promise<string> {
    const { data } = await this.stripe.ask((api) => api.billing.meters.list({ status: 'active', limit: 100 }));
    const found = data.find(({ event_name }) => event_name === METER);
    if (found) return found.id;
    const made = await this.stripe.ask((api) =>
      api.billing.meters.create({
        display_name: 'Tickets beyond the plan',
        event_name: METER,
        default_aggregation: { formula: 'sum' },
      }),
    );
    done.push(`meter ${METER}`);
    return made.id;
  }

  private async features(done: string[]): Promise<Map<string, string>> {
    const { data } = await this.stripe.ask((api) => api.entitlements.features.list({ limit: 100 }));
    const found = new Map(data.map(({ lookup_key, id }) => [lookup_key, id]));
    for (const name of FEATURES) {
      if (found.has(name)) continue;
      const { id } = await this.stripe.ask((api) => api.entitlements.features.create({ lookup_key: name, name }));
      found.set(name, id);
      done.push(`feature ${name}`);
    }
    return found;
  }

  private async product(plan: Plan, done: string[]): Promise<Stripe.Product> {
    const wanted = { name: `Portal ${plan.id}`, metadata: { plan: plan.id } };
    const id = `portal_${plan.id}`;
    const { data } = await this.stripe.ask((api) => api.products.list({ ids: [id], limit: 1 }));
    if (data[0]?.active) return data[0];
    done.push(`product ${id}`);
    return this.stripe.ask((api) =>
      data[0] ? api.products.update(id, { active: true, ...wanted }) : api.products.create({ id, ...wanted }),
    );
  }

  private async attach({ id }: Stripe.Product, plan: Plan, features: Map<string, string>, done: string[]) {
    const { data } = await this.stripe.ask((api) => api.products.listFeatures(id, { limit: 100 }));
    const have = new Map(data.map((each) => [each.entitlement_feature.lookup_key, each.id]));
    for (const name of plan.features)
      if (!have.has(name)) {
        const entitlement_feature = features.get(name)!;
        await this.stripe.ask((api) => api.products.createFeature(id, { entitlement_feature }));
        done.push(`feature ${name} of ${id}`);
      }
    for (const [name, attached] of have)
      if (!(plan.features as string[]).includes(name)) {
        await this.stripe.ask((api) => api.products.deleteFeature(id, attached));
        done.push(`no feature ${name} of ${id}`);
      }
  }

  private async price(
    { id: product }: Stripe.Product,
    purpose: Purpose,
    amount: (currency: string) => number,
    meter: string | null,
    done: string[],
  ): Promise<void> {
    const name = lookupKey(purpose);
    const [first, ...others] = this.plans.currencies;
    const { data } = await this.stripe.ask((api) =>
      api.prices.list({ lookup_keys: [name], active: true, limit: 1, expand: ['data.currency_options'] }),
    );
    const now = data[0];
    const holds = (currency: string) =>
      (currency === now?.currency ? now.unit_amount : now?.currency_options?.[currency]?.unit_amount) ===
      amount(currency);
    if (now?.currency === first && this.plans.currencies.every(holds)) return;
    await this.stripe.ask((api) =>
      api.prices.create({
        product,
        currency: first!,
        unit_amount: amount(first!),
        currency_options: Object.fromEntries(others.map((each) => [each, { unit_amount: amount(each) }])),
        lookup_key: name,
        transfer_lookup_key: true,
        metadata: {
          ...{ plan: purpose.plan, of: purpose.of },
          ...Object.fromEntries(others.map((each) => [each, String(amount(each))])),
        },
        recurring: { interval: purpose.interval, ...(meter ? { meter, usage_type: 'metered' } : {}) },
      }),
    );
    if (now) await this.stripe.ask((api) => api.prices.update(now.id, { active: false }));
    done.push(`price ${name}`);
  }
}

const lookupKey = ({ plan, interval, of }: Purpose) =>
  of === 'plan' ? `${plan}.${interval}` : `${plan}.tickets.${interval}`;
