import type { Cadence } from './calendar.js';
import type { Address } from './form.js';

/**
 * Stripe's objects as they travel: the fields that rules are made of have types, the others only go out. Whatever is
 * not shown unless it is asked for lies beside them in the account.
 */
export interface Wire {
  id: string;
  object: string;
  [field: string]: unknown;
}

export type Metadata = Record<string, string>;

export interface WireList<T> {
  object: 'list';
  data: T[];
  has_more: boolean;
  url: string;
}

export interface Created extends Wire {
  created: number;
}

export interface Clock extends Created {
  object: 'test_helpers.test_clock';
  frozen_time: number;
  name: string | null;
  status: 'ready' | 'advancing';
  status_details: { advancing?: { target_frozen_time: number } };
}

export interface Customer extends Created {
  object: 'customer';
  email: string | null;
  name: string | null;
  address: Address | null;
  /** In the smallest unit; below zero is what the customer has in hand. */
  balance: number;
  currency: string | null;
  delinquent: boolean;
  invoice_prefix: string;
  next_invoice_sequence: number;
  invoice_settings: {
    custom_fields: null;
    default_payment_method: string | null;
    footer: string | null;
    rendering_options: null;
  };
  metadata: Metadata;
  phone: string | null;
  tax_exempt: string;
  test_clock: string | null;
}

export interface TaxId extends Created {
  object: 'tax_id';
  customer: string;
  type: string;
  value: string;
}

export interface BalanceTransaction extends Created {
  object: 'customer_balance_transaction';
  customer: string;
  amount: number;
  currency: string;
  ending_balance: number;
  description: string | null;
  metadata: Metadata;
}

export interface Product extends Created {
  object: 'product';
  active: boolean;
  name: string;
  metadata: Metadata;
  updated: number;
}

export interface Tier {
  flat_amount: number | null;
  flat_amount_decimal: string | null;
  unit_amount: number | null;
  unit_amount_decimal: string | null;
  up_to: number | null;
}

export interface CurrencyOption {
  custom_unit_amount: null;
  tax_behavior: string;
  tiers?: Tier[];
  unit_amount: number | null;
  unit_amount_decimal: string | null;
}

export interface Price extends Created {
  object: 'price';
  active: boolean;
  billing_scheme: 'per_unit' | 'tiered';
  currency: string;
  lookup_key: string | null;
  metadata: Metadata;
  nickname: string | null;
  product: string;
  recurring:
    (Cadence & { meter: string | null; trial_period_days: number | null; usage_type: 'licensed' | 'metered' }) | null;
  tiers_mode: 'graduated' | 'volume' | null;
  type: 'recurring' | 'one_time';
  unit_amount: number | null;
  unit_amount_decimal: string | null;
}

export interface Feature extends Wire {
  object: 'entitlements.feature';
  active: boolean;
  lookup_key: string;
  metadata: Metadata;
  name: string;
}

export interface ProductFeature extends Wire {
  object: 'product_feature';
  entitlement_feature: Feature;
}

export interface ActiveEntitlement extends Wire {
  object: 'entitlements.active_entitlement';
  feature: string;
  lookup_key: string;
}

export interface Coupon extends Created {
  object: 'coupon';
  amount_off: number | null;
  percent_off: number | null;
  currency: string | null;
  duration: 'once' | 'repeating' | 'forever';
  duration_in_months: number | null;
  max_redemptions: number | null;
  metadata: Metadata;
  name: string | null;
  redeem_by: number | null;
  times_redeemed: number;
  valid: boolean;
}

export interface PromotionCode extends Created {
  object: 'promotion_code';
  active: boolean;
  code: string;
  customer: string | null;
  expires_at: number | null;
  max_redemptions: number | null;
  metadata: Metadata;
  promotion: { coupon: string; type: 'coupon' };
  restrictions: {
    first_time_transaction: boolean;
    minimum_amount: number | null;
    minimum_amount_currency: string | null;
  };
  times_redeemed: number;
}

export interface Discount extends Wire {
  object: 'discount';
  customer: string | null;
  end: number | null;
  promotion_code: string | null;
  source: { coupon: string; type: 'coupon' };
  start: number;
  subscription: string | null;
}

export interface Meter extends Created {
  object: 'billing.meter';
  customer_mapping: { event_payload_key: string; type: 'by_id' };
  default_aggregation: { formula: 'count' | 'sum' | 'last' };
  display_name: string;
  event_name: string;
  status: 'active' | 'inactive';
  updated: number;
  value_settings: { event_payload_key: string };
}

/** Has no id of its own; its identifier is unique. */
export interface MeterEvent extends Created {
  object: 'billing.meter_event';
  event_name: string;
  identifier: string;
  payload: Record<string, string>;
  timestamp: number;
}

export interface BillingDetails {
  address: Address | null;
  email: string | null;
  name: string | null;
  phone: string | null;
  tax_id: string | null;
}

export interface PaymentMethod extends Created {
  object: 'payment_method';
  billing_details: BillingDetails;
  card: { brand: string; last4: string; exp_month: number; exp_year: number; [field: string]: unknown };
  customer: string | null;
  metadata: Metadata;
  type: 'card';
}

export interface SetupIntent extends Created {
  object: 'setup_intent';
  customer: string | null;
  payment_method: string | null;
  status: string;
  metadata: Metadata;
  next_action: unknown;
  last_setup_error: unknown;
}

export interface PaymentIntent extends Created {
  object: 'payment_intent';
  amount: number;
  amount_received: number;
  currency: string;
  customer: string | null;
  client_secret: string;
  payment_method: string | null;
  latest_charge: string | null;
  status: string;
  metadata: Metadata;
  next_action: unknown;
  last_payment_error: unknown;
}

export interface Charge extends Created {
  object: 'charge';
  status: 'succeeded' | 'failed';
  payment_intent: string;
}

export interface SubscriptionItem extends Created {
  object: 'subscription_item';
  billed_until?: number;
  current_period_start: number;
  current_period_end: number;
  metadata: Metadata;
  price: Price;
  quantity?: number;
  subscription: string;
}

export interface PendingUpdate {
  billing_cycle_anchor: number | null;
  cancel_at_period_end: boolean | null;
  discount: null;
  discounts: null;
  expires_at: number;
  metadata: null;
  subscription_items: SubscriptionItem[];
  trial_end: number | null;
  trial_from_plan: null;
}

export type SubscriptionStatus =
  'trialing' | 'active' | 'past_due' | 'unpaid' | 'canceled' | 'incomplete' | 'incomplete_expired' | 'paused';

export interface Subscription extends Created {
  object: 'subscription';
  billing_cycle_anchor: number;
  cancel_at: number | null;
  cancel_at_period_end: boolean;
  canceled_at: number | null;
  cancellation_details: {
    comment: string | null;
    feedback: string | null;
    feedback_option: null;
    reason: string | null;
  };
  collection_method: 'charge_automatically' | 'send_invoice';
  days_until_due: number | null;
  currency: string;
  customer: string;
  default_payment_method: string | null;
  description: string | null;
  discounts: string[];
  ended_at: number | null;
  items: WireList<SubscriptionItem>;
  latest_invoice: string | null;
  metadata: Metadata;
  pending_setup_intent: string | null;
  pending_update: PendingUpdate | null;
  schedule: string | null;
  start_date: number;
  status: SubscriptionStatus;
  test_clock: string | null;
  trial_end: number | null;
  trial_settings: { end_behavior: { billing_cycle_anchor: null; missing_payment_method: MissingPaymentMethod } };
  trial_start: number | null;
}

export type MissingPaymentMethod = 'create_invoice' | 'cancel' | 'pause';

export interface SchedulePhase {
  start_date: number;
  end_date: number;
  items: { price: string; quantity?: number; metadata: Metadata; [field: string]: unknown }[];
  proration_behavior: ProrationBehavior;
  metadata: Metadata;
  [field: string]: unknown;
}

export type ProrationBehavior = 'create_prorations' | 'none' | 'always_invoice';

export interface Schedule extends Created {
  object: 'subscription_schedule';
  canceled_at: number | null;
  completed_at: number | null;
  current_phase: { start_date: number; end_date: number } | null;
  customer: string;
  end_behavior: string;
  metadata: Metadata;
  phases: SchedulePhase[];
  released_at: number | null;
  released_subscription: string | null;
  status: 'active' | 'canceled' | 'completed' | 'not_started' | 'released';
  subscription: string | null;
  test_clock: string | null;
}

export interface Period {
  start: number;
  end: number;
}

export interface LineItem extends Wire {
  object: 'line_item';
  amount: number;
  currency: string;
  description: string | null;
  discount_amounts: { amount: number; discount: string }[];
  discountable: boolean;
  period: Period;
  quantity: number | null;
  subtotal: number;
}

/** What waits for the next invoice. */
export interface InvoiceItem extends Wire {
  object: 'invoiceitem';
  amount: number;
  currency: string;
  customer: string;
  description: string | null;
  date: number;
  discountable: boolean;
  invoice: string | null;
  period: Period;
  proration: boolean;
}

export interface Invoice extends Created {
  object: 'invoice';
  amount_due: number;
  amount_paid: number;
  amount_remaining: number;
  attempt_count: number;
  attempted: boolean;
  auto_advance: boolean;
  billing_reason: string;
  collection_method: 'charge_automatically' | 'send_invoice';
  currency: string;
  customer: string;
  default_payment_method: string | null;
  due_date: number | null;
  ending_balance: number | null;
  hosted_invoice_url: string | null;
  invoice_pdf: string | null;
  lines: WireList<LineItem>;
  metadata: Metadata;
  next_payment_attempt: number | null;
  number: string | null;
  parent: {
    quote_details: null;
    subscription_details: { metadata: Metadata; subscription: string } | null;
    type: 'subscription_details';
  } | null;
  starting_balance: number;
  status: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';
  status_transitions: {
    finalized_at: number | null;
    marked_uncollectible_at: number | null;
    paid_at: number | null;
    voided_at: number | null;
  };
  subtotal: number;
  total: number;
}

export interface InvoicePayment extends Created {
  object: 'invoice_payment';
  amount_paid: number | null;
  amount_requested: number;
  invoice: string;
  payment: { payment_intent: string; type: 'payment_intent' };
  status: 'open' | 'paid' | 'canceled';
  status_transitions: { canceled_at: number | null; paid_at: number | null };
}

export interface CheckoutSession extends Created {
  object: 'checkout.session';
  allow_promotion_codes: boolean | null;
  amount_subtotal: number | null;
  amount_total: number | null;
  billing_address_collection: string | null;
  cancel_url: string | null;
  client_reference_id: string | null;
  currency: string | null;
  customer: string | null;
  customer_details: unknown;
  customer_email: string | null;
  discounts: { coupon: string | null; promotion_code: string | null }[] | null;
  expires_at: number;
  invoice: string | null;
  metadata: Metadata;
  mode: 'subscription' | 'setup';
  payment_method_collection: string | null;
  payment_status: 'paid' | 'unpaid' | 'no_payment_required';
  setup_intent: string | null;
  status: 'open' | 'complete' | 'expired';
  subscription: string | null;
  success_url: string | null;
  tax_id_collection: { enabled: boolean; required: string };
  total_details: unknown;
  url: string | null;
}

export interface PortalConfiguration extends Created {
  object: 'billing_portal.configuration';
  active: boolean;
  business_profile: { headline: string | null; privacy_policy_url: string | null; terms_of_service_url: string | null };
  default_return_url: string | null;
  features: {
    customer_update: { allowed_updates: string[]; enabled: boolean };
    invoice_history: { enabled: boolean };
    payment_method_update: { enabled: boolean; payment_method_configuration: null };
    subscription_cancel: {
      cancellation_reason: { enabled: boolean; feedback_options: null; options: string[] };
      enabled: boolean;
      mode: 'at_period_end' | 'immediately';
      proration_behavior: ProrationBehavior;
    };
    [feature: string]: unknown;
  };
  is_default: boolean;
  metadata: Metadata;
  name: string | null;
  updated: number;
}

export interface PortalSession extends Created {
  object: 'billing_portal.session';
  configuration: string;
  customer: string;
  flow: unknown;
  return_url: string | null;
  url: string;
}

export interface WebhookEndpoint extends Created {
  object: 'webhook_endpoint';
  enabled_events: string[];
  metadata: Metadata;
  status: 'enabled' | 'disabled';
  url: string;
  description: string | null;
}

export interface StripeEvent extends Created {
  object: 'event';
  api_version: string;
  data: { object: Wire; previous_attributes?: Record<string, unknown> };
  pending_webhooks: number;
  request: { id: string | null; idempotency_key: string | null } | null;
  type: string;
}
