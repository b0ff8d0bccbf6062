import { Collection, newId } from './collection.js';
import { invalid } from './errors.js';
import type * as Stripe from './objects.js';

export const API_VERSION = '2026-10-28.endive';

/** Rules that Stripe keeps in an account's settings. */
export interface BillingSettings {
  /** Days from a failed attempt to the next. */
  retryDays: number[];
  /** What becomes of a subscription when the last attempt has failed. */
  afterRetries: 'unpaid' | 'cancel' | 'past_due';
  /** Days before a renewal at which `invoice.upcoming` is told. */
  upcomingDays: number;
}

/** What somebody typed, kept while their bank asks them to confirm. */
export interface Attempt {
  id: string;
  kind: 'checkout' | 'portal' | 'invoice';
  /** Of the session or invoice. */
  subject: string;
  paymentMethod: string;
  /** Where the bank's page leads back to. */
  returnUrl: string;
  fields: Record<string, string>;
}

/** Of what only grows, the newest outlive a restart. */
const KEPT: Record<string, number> = { events: 2_000, idempotency: 1_000 };

/** Everything of one account: no two accounts share anything. */
export class Account {
  readonly clocks = new Collection<Stripe.Clock>('test clock');
  readonly customers = new Collection<Stripe.Customer>('customer');
  readonly taxIds = new Collection<Stripe.TaxId>('tax_id');
  readonly balanceTransactions = new Collection<Stripe.BalanceTransaction>('customer_balance_transaction');
  readonly products = new Collection<Stripe.Product>('product');
  readonly prices = new Collection<Stripe.Price>('price');
  readonly features = new Collection<Stripe.Feature>('feature');
  readonly productFeatures = new Collection<Stripe.ProductFeature & { product: string }>('product feature');
  readonly entitlements = new Collection<Stripe.ActiveEntitlement & { customer: string }>('active entitlement');
  readonly coupons = new Collection<Stripe.Coupon>('coupon');
  readonly promotionCodes = new Collection<Stripe.PromotionCode>('promotion code');
  readonly discounts = new Collection<Stripe.Discount>('discount');
  readonly meters = new Collection<Stripe.Meter>('meter');
  readonly meterEvents = new Collection<Stripe.MeterEvent>('meter event');
  readonly paymentMethods = new Collection<Stripe.PaymentMethod>('PaymentMethod');
  readonly setupIntents = new Collection<Stripe.SetupIntent>('setupintent');
  readonly paymentIntents = new Collection<Stripe.PaymentIntent>('payment_intent');
  readonly charges = new Collection<Stripe.Charge>('charge');
  readonly subscriptions = new Collection<Stripe.Subscription>('subscription');
  readonly schedules = new Collection<Stripe.Schedule>('subscription schedule');
  readonly invoiceItems = new Collection<Stripe.InvoiceItem>('invoiceitem');
  readonly invoices = new Collection<Stripe.Invoice>('invoice');
  readonly invoicePayments = new Collection<Stripe.InvoicePayment>('invoice_payment');
  readonly checkoutSessions = new Collection<Stripe.CheckoutSession>('checkout.session');
  readonly portalConfigurations = new Collection<Stripe.PortalConfiguration>('configuration');
  readonly portalSessions = new Collection<Stripe.PortalSession>('portal session');
  readonly webhookEndpoints = new Collection<Stripe.WebhookEndpoint>('webhook endpoint');
  readonly events = new Collection<Stripe.StripeEvent>('event');

  // What the API does not show, or shows only when asked.
  readonly attempts = new Collection<Attempt>('attempt');
  /** By payment method: its number, and whether its holder's bank knows it. */
  readonly cards = new Collection<{ id: string; number: string; known: boolean }>('card');
  readonly endpointSecrets = new Collection<{ id: string; secret: string }>('secret');
  readonly currencyOptions = new Collection<{ id: string; options: Record<string, Stripe.CurrencyOption> }>('price');
  readonly tiers = new Collection<{ id: string; tiers: Stripe.Tier[] }>('price');
  readonly sessionLines = new Collection<{ id: string; lines: Stripe.Wire[]; data: SubscriptionData }>('session');
  /** By subscription item: what part of its price was really billed for the running period, after discounts. */
  readonly billedParts = new Collection<{ id: string; part: number }>('item');
  /** Things told once: `trial_will_end`, `upcoming`. */
  readonly told = new Collection<{ id: string }>('note');
  /** By customer: what the bank says to the next charges, instead of what the card would do. */
  readonly forced = new Collection<{ id: string; outcome: string; times: number }>('outcome');
  /** By invoice: the secret part of its address. */
  readonly invoiceKeys = new Collection<{ id: string; key: string }>('invoice');
  readonly idempotency = new Collection<IdempotentAnswer>('key');

  readonly settings: BillingSettings = { retryDays: [3, 5, 7], afterRetries: 'unpaid', upcomingDays: 7 };
  /** Of the request that is being answered. */
  request: Stripe.StripeEvent['request'] = null;

  constructor(
    readonly name: string,
    readonly origin: () => string,
    private readonly realTime: () => number,
    private readonly onEvent: (account: Account, event: Stripe.StripeEvent) => void,
  ) {}

  /** The time of a customer: its clock's, if it has one. */
  now(customer?: string | null): number {
    const clock = this.clocks.find(this.customers.find(customer)?.test_clock);
    return clock ? clock.frozen_time : this.realTime();
  }

  /** Tells what happened, with the object as it is now. */
  emit(type: string, object: Stripe.Wire, previous?: Record<string, unknown>, at?: number): Stripe.StripeEvent {
    const customer = object.object === 'customer' ? object.id : (object['customer'] as string | undefined);
    const event: Stripe.StripeEvent = {
      ...{ id: newId('evt'), object: 'event', api_version: API_VERSION, created: at ?? this.now(customer) },
      data: { object: structuredClone(object), ...(previous && { previous_attributes: previous }) },
      ...{ livemode: false, pending_webhooks: 0, type },
      request: this.request ?? { id: null, idempotency_key: null },
    };
    this.events.add(event);
    this.onEvent(this, event);
    return event;
  }

  /** Changes an object and tells so, with what it was before; silent where nothing changed. */
  change<T extends Stripe.Wire>(type: string, object: T, mutate: (object: T) => void): void {
    const before = structuredClone(object);
    mutate(object);
    const previous = differences(before, object);
    if (Object.keys(previous).length > 0) this.emit(type, object, previous);
  }

  /** An object by its id, whatever it is. */
  find(id: string): Stripe.Wire | undefined {
    for (const collection of this.shown()) {
      const row = collection.find(id);
      if (row) return row;
    }
    return undefined;
  }

  save(): object {
    const rows = Object.entries(this).flatMap(([name, value]) =>
      value instanceof Collection
        ? [[name, (value as Collection<{ id: string }>).all().slice(-(KEPT[name] ?? Infinity))] as const]
        : [],
    );
    return { name: this.name, settings: this.settings, rows: Object.fromEntries(rows) };
  }

  load(saved: { settings: BillingSettings; rows: Record<string, { id: string }[]> }): void {
    Object.assign(this.settings, saved.settings);
    for (const [name, value] of Object.entries(this))
      if (value instanceof Collection) (value as Collection<{ id: string }>).replace(saved.rows[name] ?? []);
    // Nothing is in flight any more.
    for (const { id, answer } of this.idempotency.all()) if (!answer) this.idempotency.delete(id);
    // Items and products hold the very objects that the catalogue holds, so that a change shows everywhere.
    for (const { items } of this.subscriptions.all())
      for (const item of items.data) item.price = this.prices.find(item.price.id) ?? item.price;
    for (const one of this.productFeatures.all())
      one.entitlement_feature = this.features.find(one.entitlement_feature.id) ?? one.entitlement_feature;
  }

  private shown(): Collection<Stripe.Wire>[] {
    return [
      ...[this.customers, this.subscriptions, this.invoices, this.paymentMethods, this.products, this.prices],
      ...[this.paymentIntents, this.charges, this.setupIntents, this.checkoutSessions, this.coupons, this.discounts],
      ...[this.promotionCodes, this.schedules, this.clocks, this.features, this.meters, this.portalConfigurations],
      ...[this.invoiceItems, this.invoicePayments, this.taxIds],
    ] as unknown as Collection<Stripe.Wire>[];
  }
}

/** Of a checkout session: what its subscription is going to be made of. */
export interface SubscriptionData {
  metadata: Stripe.Metadata;
  description: string | null;
  trialDays: number | null;
  trialEnd: number | null;
  missingPaymentMethod: Stripe.MissingPaymentMethod;
  items: { price: string; quantity?: number }[];
  /** What Checkout may change of a customer there is already. */
  updates: { address: boolean; name: boolean };
}

export interface IdempotentAnswer {
  id: string;
  fingerprint: string;
  /** Absent while the first request is in flight. */
  answer?: { status: number; body: string };
}

function differences(before: Record<string, unknown>, after: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const key of Object.keys({ ...before, ...after })) {
    const [was, is] = [before[key], after[key]];
    if (JSON.stringify(was) === JSON.stringify(is)) continue;
    const nested = isPlain(was) && isPlain(is) && !('object' in was);
    result[key] = nested ? differences(was, is) : (was ?? null);
  }
  return result;
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The currency that a customer pays in is settled by what was billed first. */
export function settleCurrency(customer: Stripe.Customer, currency: string): void {
  if (customer.currency && customer.currency !== currency)
    throw invalid(
      `You cannot combine currencies on a single customer. This customer has an active subscription, subscription schedule, discount, quote, or invoice item with currency ${customer.currency}.`,
      'currency',
    );
  customer.currency = currency;
}
