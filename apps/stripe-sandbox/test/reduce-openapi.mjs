// Writes openapi.json, what the tests hold requests and answers against, out of a description of the whole API:
// node apps/stripe-sandbox/test/reduce-openapi.mjs openapi-from-sdk.json
import { readFileSync, writeFileSync } from 'node:fs';

const whole = JSON.parse(readFileSync(process.argv[2], 'utf8'));

const PATHS = [
  /^\/v1\/(customers|products|prices|coupons|promotion_codes|payment_methods|setup_intents|payment_intents)(\/\{\w+\})?$/,
  /^\/v1\/customers\/\{\w+\}\/(balance_transactions|tax_ids|payment_methods)(\/\{\w+\})?$/,
  /^\/v1\/payment_methods\/\{\w+\}\/(attach|detach)$/,
  /^\/v1\/setup_intents\/\{\w+\}\/(confirm|cancel)$/,
  /^\/v1\/products\/\{\w+\}\/features(\/\{\w+\})?$/,
  /^\/v1\/billing\/meter(s|_events)(\/|$)/,
  /^\/v1\/entitlements\//,
  /^\/v1\/checkout\/sessions/,
  /^\/v1\/billing_portal\//,
  /^\/v1\/(subscriptions|subscription_items|subscription_schedules)(\/\{\w+\}(\/(resume|discount|release|cancel))?)?$/,
  /^\/v1\/(invoices|invoiceitems|invoice_payments|charges|events|webhook_endpoints)(\/\{\w+\})?$/,
  /^\/v1\/invoices\/(create_preview|\{\w+\}\/(pay|finalize|void|mark_uncollectible|lines))$/,
  /^\/v1\/test_helpers\/test_clocks/,
];
const SCHEMAS = [
  ...['customer', 'product', 'price', 'coupon', 'promotion_code', 'discount', 'payment_method', 'setup_intent', 'plan'],
  ...['payment_intent', 'charge', 'tax_id', 'customer_balance_transaction', 'product_feature', 'entitlements.feature'],
  ...['entitlements.active_entitlement', 'billing.meter', 'billing.meter_event', 'billing.meter_event_summary', 'item'],
  ...[
    'checkout.session',
    'billing_portal.configuration',
    'billing_portal.session',
    'subscription',
    'subscription_item',
  ],
  ...[
    'subscription_schedule',
    'invoice',
    'invoiceitem',
    'invoice_payment',
    'line_item',
    'webhook_endpoint',
    'tax_rate',
  ],
  ...['test_helpers.test_clock', 'entitlements.active_entitlement_summary'],
  ...Object.keys(whole.components.schemas).filter((name) => name.startsWith('deleted_')),
];
/** Ways to pay that are not cards, and what only they need. */
const CARDS_ONLY = new Set(['card', 'billing_details', 'custom', 'radar_options']);
const OPAQUE = new Set([
  'payment_method_options',
  'payment_method_details',
  'next_action',
  'payment_method_data',
  'shipping_options',
]);
const ENUM_LIMIT = 60;

function reduced(schema, name) {
  if (Array.isArray(schema)) return schema.map((one) => reduced(one));
  if (typeof schema !== 'object' || schema === null) return schema;
  if (schema.$ref) return SCHEMAS.includes(schema.$ref.split('/').at(-1)) ? schema : {};
  if (name && OPAQUE.has(name)) return { description: 'not reduced', nullable: true };
  if (schema.enum?.length > ENUM_LIMIT) return { type: 'string', ...(schema.nullable && { nullable: true }) };
  const result = {};
  for (const [key, value] of Object.entries(schema)) {
    // The patterns of lists' addresses are placeholders.
    if (key === 'description' || key === 'pattern' || key.startsWith('x-')) continue;
    result[key] =
      key === 'properties'
        ? Object.fromEntries(Object.entries(value).map(([property, one]) => [property, reduced(one, property)]))
        : reduced(value);
  }
  return result;
}

/** A payment method is a card here. */
function cardsOnly(schema) {
  const required = new Set(schema.required);
  const kept = Object.entries(schema.properties).filter(
    ([name, one]) => required.has(name) || CARDS_ONLY.has(name) || one.type !== 'object',
  );
  return { ...schema, properties: Object.fromEntries(kept) };
}

const schemas = Object.fromEntries(SCHEMAS.map((name) => [name, reduced(whole.components.schemas[name])]));
schemas.payment_method = cardsOnly(schemas.payment_method);
const paths = {};
for (const [path, operations] of Object.entries(whole.paths)) {
  if (!PATHS.some((wanted) => wanted.test(path))) continue;
  paths[path] = {};
  for (const [method, operation] of Object.entries(operations)) {
    const { parameters, requestBody, responses } = reduced(operation);
    const body = requestBody?.content['application/x-www-form-urlencoded'].schema;
    const answer = responses['200'].content['application/json'].schema;
    // Events are one schema for each of hundreds of types: what they have in common is written in the test.
    const events = path.startsWith('/v1/events');
    paths[path][method] = {
      query: parameters
        .filter(({ in: where }) => where === 'query')
        .map(({ name, required, schema }) => ({ name, required, schema })),
      ...(body && { body }),
      answer: events ? {} : answer,
    };
  }
}
const file = new URL('openapi.json', import.meta.url);
writeFileSync(file, `${JSON.stringify({ version: whole.info.version, paths, schemas })}\n`);
