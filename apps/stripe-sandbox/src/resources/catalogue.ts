import type { Account } from '../account.js';
import { newId, pageOf } from '../collection.js';
import { invalid, requiredParam } from '../errors.js';
import { type Form, mergedMetadata } from '../form.js';
import type { CurrencyOption, Price, Product, Tier } from '../objects.js';
import { route } from '../routes.js';

function productChanges(form: Form, product: Product | null): Partial<Product> {
  const changes: Partial<Product> = { metadata: mergedMetadata(form, product?.metadata) };
  const set = (name: string, value: unknown) => {
    if (value !== undefined) changes[name] = value;
  };
  for (const name of ['description', 'statement_descriptor', 'unit_label', 'url', 'tax_code'])
    set(name, form.emptiable(name));
  set('active', form.flag('active'));
  set('shippable', form.flag('shippable'));
  set('images', form.texts('images'));
  set(
    'marketing_features',
    form.groups('marketing_features')?.map((one) => ({ name: one.need('name') })),
  );
  form.skip('package_dimensions', 'tax_details');
  return changes;
}

function newProduct(account: Account, id: string | undefined, name: string, changes: Partial<Product>): Product {
  if (id && account.products.find(id)) throw invalid(`Product already exists: ${id}`, 'id', 'resource_already_exists');
  const now = account.now();
  const product: Product = {
    ...{
      id: id ?? newId('prod'),
      object: 'product',
      active: true,
      created: now,
      default_price: null,
      description: null,
    },
    ...{ images: [], livemode: false, marketing_features: [], metadata: {}, name, package_dimensions: null },
    ...{ shippable: null, statement_descriptor: null, tax_code: null, tax_details: null, type: 'service' },
    ...{ unit_label: null, updated: now, url: null },
    ...changes,
  };
  account.products.add(product);
  account.emit('product.created', product);
  return product;
}

/** An amount in the smallest unit, whole or with decimals. */
function amountsIn(form: Form): { unit_amount: number | null; unit_amount_decimal: string | null } {
  const whole = form.integer('unit_amount');
  const decimal = form.text('unit_amount_decimal');
  if (whole !== undefined && decimal !== undefined)
    throw invalid(
      'You may only specify one of these parameters: unit_amount, unit_amount_decimal.',
      form.nameOf('unit_amount'),
    );
  if (whole !== undefined) {
    if (whole < 0)
      throw invalid('Invalid non-negative integer', form.nameOf('unit_amount'), 'parameter_invalid_integer');
    return { unit_amount: whole, unit_amount_decimal: String(whole) };
  }
  if (decimal === undefined) return { unit_amount: null, unit_amount_decimal: null };
  if (!/^\d+(\.\d{1,12})?$/.test(decimal))
    throw invalid(`Invalid decimal: ${decimal}`, form.nameOf('unit_amount_decimal'));
  return { unit_amount: Number.isInteger(Number(decimal)) ? Number(decimal) : null, unit_amount_decimal: decimal };
}

function tiersIn(form: Form): Tier[] | undefined {
  return form.groups('tiers')?.map((tier) => {
    const upTo = tier.need('up_to');
    const flat = tier.text('flat_amount') ?? tier.text('flat_amount_decimal') ?? null;
    return {
      ...{ flat_amount: flat === null ? null : Number(flat), flat_amount_decimal: flat, ...amountsIn(tier) },
      up_to: upTo === 'inf' ? null : Number(upTo),
    };
  });
}

function currencyOptionsIn(form: Form): Record<string, CurrencyOption> {
  const group = form.group('currency_options');
  const options: Record<string, CurrencyOption> = {};
  for (const currency of group?.keys() ?? []) {
    const option = group!.group(currency)!;
    const tiers = tiersIn(option);
    options[currency] = {
      ...{ custom_unit_amount: null, tax_behavior: option.text('tax_behavior') ?? 'unspecified', ...amountsIn(option) },
      ...(tiers && { tiers }),
    };
  }
  return options;
}

function recurringIn(account: Account, form: Form): Price['recurring'] {
  const group = form.group('recurring');
  if (!group) return null;
  const interval = group.oneOf('interval', 'day', 'week', 'month', 'year');
  if (!interval) throw requiredParam('recurring[interval]');
  const meter = group.text('meter') ?? null;
  if (meter) account.meters.get(meter, 'recurring[meter]');
  const usage = group.oneOf('usage_type', 'licensed', 'metered') ?? 'licensed';
  if (usage === 'metered' && !meter)
    throw invalid('Metered prices must be backed by a meter.', 'recurring[meter]', 'parameter_missing');
  return {
    ...{ interval, interval_count: group.integer('interval_count') ?? 1, meter },
    ...{ trial_period_days: group.integer('trial_period_days') ?? null, usage_type: usage },
  };
}

/** A lookup key belongs to one price; it moves only when that is asked for. */
function takeLookupKey(account: Account, key: string | null | undefined, transfer: boolean, price: Price | null): void {
  if (!key) return;
  const holder = account.prices.where((one) => one.lookup_key === key && one !== price).at(0);
  if (!holder) return;
  if (!transfer)
    throw invalid(
      `A price (\`${holder.id}\`) already uses that lookup key. To transfer it, pass \`transfer_lookup_key\`.`,
      'lookup_key',
      'resource_already_exists',
    );
  account.change('price.updated', holder, (one) => (one.lookup_key = null));
}

/** What `price_data`, `default_price_data` and a price of its own have in common. */
export function newPrice(account: Account, form: Form, product: string): Price {
  const currency = form.need('currency').toLowerCase();
  if (!/^[a-z]{3}$/.test(currency)) throw invalid(`Invalid currency: ${currency}.`, form.nameOf('currency'));
  const recurring = recurringIn(account, form);
  const scheme = form.oneOf('billing_scheme', 'per_unit', 'tiered') ?? 'per_unit';
  const amounts = amountsIn(form);
  const tiers = tiersIn(form);
  const options = currencyOptionsIn(form);
  const key = form.emptiable('lookup_key') ?? null;
  const transfer = form.flag('transfer_lookup_key') ?? false;
  const price: Price = {
    ...{ id: newId('price'), object: 'price', active: form.flag('active') ?? true, billing_scheme: scheme },
    ...{ created: account.now(), currency, custom_unit_amount: null, livemode: false, lookup_key: key },
    ...{ metadata: mergedMetadata(form), nickname: form.emptiable('nickname') ?? null, product, recurring },
    tax_behavior: form.oneOf('tax_behavior', 'exclusive', 'inclusive', 'unspecified') ?? 'unspecified',
    ...{ tiers_mode: form.oneOf('tiers_mode', 'graduated', 'volume') ?? null, transform_quantity: null },
    ...{ type: recurring ? 'recurring' : 'one_time', ...amounts },
  };
  form.end();
  if (scheme === 'per_unit' && amounts.unit_amount_decimal === null) throw requiredParam(form.nameOf('unit_amount'));
  if (scheme === 'tiered' && (!tiers?.length || !price.tiers_mode)) throw requiredParam(form.nameOf('tiers'));
  takeLookupKey(account, key, transfer, null);
  account.prices.add(price);
  const own: CurrencyOption = {
    ...{ custom_unit_amount: null, tax_behavior: price['tax_behavior'] as string, ...amounts },
    ...(tiers && { tiers }),
  };
  account.currencyOptions.add({ id: price.id, options: { [currency]: own, ...options } });
  if (tiers) account.tiers.add({ id: price.id, tiers });
  account.emit('price.created', price);
  return price;
}

const productFeaturesUrl = (id: string) => `/v1/products/${id}/features`;

export const catalogue = [
  route('POST', '/v1/products', ({ account, form }) => {
    const id = form.text('id');
    const name = form.need('name');
    const changes = productChanges(form, null);
    form.skip('type');
    const priced = form.group('default_price_data');
    if (!priced) form.end();
    const product = newProduct(account, id, name, changes);
    if (priced) product['default_price'] = newPrice(account, priced, product.id).id;
    return product;
  }),
  route('GET', '/v1/products', ({ account, form }) => {
    const [active, ids] = [form.flag('active'), form.texts('ids')];
    const rows = account.products.where(
      (one) => (active === undefined || one.active === active) && (!ids || ids.includes(one.id)),
    );
    return pageOf(rows, form, '/v1/products');
  }),
  route('GET', '/v1/products/:id', ({ account, at }) => account.products.get(at['id']!)),
  route('POST', '/v1/products/:id', ({ account, at, form }) => {
    const product = account.products.get(at['id']!);
    const name = form.text('name');
    const price = form.text('default_price');
    if (price) account.prices.get(price, 'default_price');
    const changes = productChanges(form, product);
    form.end();
    account.change('product.updated', product, (one) => {
      Object.assign(one, changes, name && { name }, price && { default_price: price });
      one.updated = account.now();
    });
    return product;
  }),
  route('DELETE', '/v1/products/:id', ({ account, at }) => {
    const product = account.products.get(at['id']!);
    if (account.prices.where((one) => one.product === product.id).length > 0)
      throw invalid('This product cannot be deleted because it has one or more user-created prices.', 'id');
    account.products.delete(product.id);
    account.emit('product.deleted', product);
    return { id: product.id, object: 'product', deleted: true };
  }),
  route('GET', '/v1/products/:id/features', ({ account, at, form }) => {
    const { id } = account.products.get(at['id']!);
    const rows = account.productFeatures.where((one) => one.product === id).map(withoutProduct);
    return pageOf(rows, form, productFeaturesUrl(id));
  }),
  route('POST', '/v1/products/:id/features', ({ account, at, form }) => {
    const { id: product } = account.products.get(at['id']!);
    const feature = account.features.get(form.need('entitlement_feature'), 'entitlement_feature');
    form.end();
    if (
      account.productFeatures.where((one) => one.product === product && one.entitlement_feature === feature).length > 0
    )
      throw invalid(
        'This feature is already attached to this product.',
        'entitlement_feature',
        'resource_already_exists',
      );
    return withoutProduct(
      account.productFeatures.add({
        ...{ id: newId('prodft'), object: 'product_feature', entitlement_feature: feature, livemode: false, product },
      }),
    );
  }),
  route('GET', '/v1/products/:id/features/:feature', ({ account, at }) =>
    withoutProduct(account.productFeatures.get(at['feature']!)),
  ),
  route('DELETE', '/v1/products/:id/features/:feature', ({ account, at }) => {
    const { id } = account.productFeatures.get(at['feature']!);
    account.productFeatures.delete(id);
    return { id, object: 'product_feature', deleted: true };
  }),

  route('POST', '/v1/prices', ({ account, form }) => {
    const data = form.group('product_data');
    const given = form.text('product');
    if (!given && !data) throw requiredParam('product');
    if (given) return newPrice(account, form, account.products.get(given, 'product').id);
    const name = data!.need('name');
    const id = data!.text('id');
    return newPrice(account, form, newProduct(account, id, name, productChanges(data!, null)).id);
  }),
  route('GET', '/v1/prices', ({ account, form }) => {
    const [active, product, keys] = [form.flag('active'), form.text('product'), form.texts('lookup_keys')];
    const [currency, type] = [form.text('currency'), form.text('type')];
    const recurring = form.group('recurring');
    const [interval, usage, meter] = [
      recurring?.text('interval'),
      recurring?.text('usage_type'),
      recurring?.text('meter'),
    ];
    const rows = account.prices.where(
      (one) =>
        (active === undefined || one.active === active) &&
        (!product || one.product === product) &&
        (!keys || keys.includes(one.lookup_key ?? '')) &&
        (!currency || one.currency === currency) &&
        (!type || one.type === type) &&
        (!interval || one.recurring?.interval === interval) &&
        (!usage || one.recurring?.usage_type === usage) &&
        (!meter || one.recurring?.meter === meter),
    );
    return pageOf(rows, form, '/v1/prices');
  }),
  route('GET', '/v1/prices/:id', ({ account, at }) => account.prices.get(at['id']!)),
  route('POST', '/v1/prices/:id', ({ account, at, form }) => {
    const price = account.prices.get(at['id']!);
    const active = form.flag('active');
    const key = form.emptiable('lookup_key');
    const transfer = form.flag('transfer_lookup_key') ?? false;
    const nickname = form.emptiable('nickname');
    const tax = form.text('tax_behavior');
    const metadata = mergedMetadata(form, price.metadata);
    const options = currencyOptionsIn(form);
    form.end();
    takeLookupKey(account, key, transfer, price);
    Object.assign(account.currencyOptions.get(price.id).options, options);
    account.change('price.updated', price, (one) =>
      Object.assign(
        one,
        { metadata },
        active !== undefined && { active },
        key !== undefined && { lookup_key: key },
        nickname !== undefined && { nickname },
        tax && { tax_behavior: tax },
      ),
    );
    return price;
  }),
];

function withoutProduct({ product: _product, ...shown }: { id: string; product: string; [field: string]: unknown }) {
  return shown as { id: string };
}
