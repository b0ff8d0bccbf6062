import type { Account } from '../account.js';
import { newId, pageOf, randomText } from '../collection.js';
import { invalid, requiredParam } from '../errors.js';
import { type Form, mergedMetadata } from '../form.js';
import type { Coupon, PromotionCode } from '../objects.js';
import { route } from '../routes.js';

/** Whether a coupon can still be used; what it is worth to those who have it stays. */
export function couponIsValid(account: Account, coupon: Coupon): boolean {
  const over = coupon.redeem_by !== null && coupon.redeem_by <= account.now();
  return !over && (coupon.max_redemptions === null || coupon.times_redeemed < coupon.max_redemptions);
}

/** The coupon behind a code that a customer may use now. */
export function usableCode(account: Account, code: PromotionCode, customer: string | null): Coupon | null {
  const coupon = account.coupons.find(code.promotion.coupon);
  const spent = code.max_redemptions !== null && code.times_redeemed >= code.max_redemptions;
  const over = code.expires_at !== null && code.expires_at <= account.now(customer);
  const others = code.customer !== null && code.customer !== customer;
  const bought =
    account.invoices.where((one) => one.customer === customer && one.status === 'paid' && one.total > 0).length > 0;
  const late = code.restrictions.first_time_transaction && bought;
  return coupon && code.active && couponIsValid(account, coupon) && !spent && !over && !others && !late ? coupon : null;
}

/** What a request asks to take off: coupons, codes, or discounts there are already. */
export type AskedDiscount = { coupon: Coupon; code: PromotionCode | null } | { discount: string };

export function discountsIn(account: Account, form: Form, customer: string | null): AskedDiscount[] | undefined {
  return form.groups('discounts')?.map((one) => {
    const [coupon, code, discount] = [one.text('coupon'), one.text('promotion_code'), one.text('discount')];
    if (discount) return { discount: account.discounts.get(discount, one.nameOf('discount')).id };
    if (code) {
      const found = account.promotionCodes.get(code, one.nameOf('promotion_code'));
      const behind = usableCode(account, found, customer);
      if (!behind)
        throw invalid(
          'This promotion code cannot be redeemed.',
          one.nameOf('promotion_code'),
          'promotion_code_invalid',
        );
      return { coupon: behind, code: found };
    }
    if (!coupon) throw requiredParam(one.nameOf('coupon'));
    const found = account.coupons.get(coupon, one.nameOf('coupon'));
    if (!couponIsValid(account, found))
      throw invalid(`Coupon expired: ${coupon}`, one.nameOf('coupon'), 'coupon_expired');
    return { coupon: found, code: null };
  });
}

export const coupons = [
  route('POST', '/v1/coupons', ({ account, form }) => {
    const id = form.text('id') ?? randomText(8);
    const [percent, amount] = [form.number('percent_off'), form.integer('amount_off')];
    const currency = form.text('currency')?.toLowerCase() ?? null;
    const duration = form.oneOf('duration', 'once', 'repeating', 'forever') ?? 'once';
    const months = form.integer('duration_in_months') ?? null;
    const products = form.group('applies_to')?.texts('products');
    form.skip('currency_options');
    const coupon: Coupon = {
      ...{
        id,
        object: 'coupon',
        amount_off: amount ?? null,
        created: account.now(),
        currency: amount ? currency : null,
      },
      ...{
        duration,
        duration_in_months: months,
        livemode: false,
        max_redemptions: form.integer('max_redemptions') ?? null,
      },
      ...{ metadata: mergedMetadata(form), name: form.emptiable('name') ?? null, percent_off: percent ?? null },
      ...{ redeem_by: form.integer('redeem_by') ?? null, times_redeemed: 0, valid: true },
      ...(products && { applies_to: { products } }),
    };
    form.end();
    if (account.coupons.find(id)) throw invalid('Coupon already exists.', 'id', 'resource_already_exists');
    if ((percent === undefined) === (amount === undefined))
      throw invalid('You must pass exactly one of percent_off and amount_off.', 'percent_off', 'parameter_missing');
    if (percent !== undefined && !(percent > 0 && percent <= 100))
      throw invalid('Invalid percent_off: must be above 0 and at most 100.', 'percent_off');
    if (amount !== undefined && amount <= 0)
      throw invalid('Invalid positive integer', 'amount_off', 'parameter_invalid_integer');
    if (amount !== undefined && !currency) throw requiredParam('currency');
    if (duration === 'repeating' && !months) throw requiredParam('duration_in_months');
    account.coupons.add(coupon);
    account.emit('coupon.created', coupon);
    return coupon;
  }),
  route('GET', '/v1/coupons', ({ account, form }) => pageOf(account.coupons.all(), form, '/v1/coupons')),
  route('GET', '/v1/coupons/:id', ({ account, at }) => {
    const coupon = account.coupons.get(at['id']!);
    coupon.valid = couponIsValid(account, coupon);
    return coupon;
  }),
  route('POST', '/v1/coupons/:id', ({ account, at, form }) => {
    const coupon = account.coupons.get(at['id']!);
    const metadata = mergedMetadata(form, coupon.metadata);
    const name = form.emptiable('name');
    form.skip('currency_options');
    form.end();
    account.change('coupon.updated', coupon, (one) => Object.assign(one, { metadata }, name !== undefined && { name }));
    return coupon;
  }),
  route('DELETE', '/v1/coupons/:id', ({ account, at }) => {
    const coupon = account.coupons.get(at['id']!);
    // Those who have it keep it: their discounts name it, so it stays where they look.
    coupon.redeem_by = 0;
    coupon.valid = false;
    for (const code of account.promotionCodes.where((one) => one.promotion.coupon === coupon.id)) code.active = false;
    account.emit('coupon.deleted', coupon);
    return { id: coupon.id, object: 'coupon', deleted: true };
  }),

  route('POST', '/v1/promotion_codes', ({ account, form }) => {
    const promotion = form.group('promotion');
    if (!promotion) throw requiredParam('promotion');
    promotion.oneOf('type', 'coupon');
    const coupon = account.coupons.get(promotion.need('coupon'), 'promotion[coupon]');
    const text = form.text('code') ?? randomText(8).toUpperCase();
    const customer = form.text('customer') ?? null;
    if (customer) account.customers.get(customer, 'customer');
    const restrictions = form.group('restrictions');
    const code: PromotionCode = {
      ...{ id: newId('promo'), object: 'promotion_code', active: form.flag('active') ?? true, code: text },
      ...{ created: account.now(), customer, customer_account: null, expires_at: form.integer('expires_at') ?? null },
      ...{ livemode: false, max_redemptions: form.integer('max_redemptions') ?? null, metadata: mergedMetadata(form) },
      promotion: { coupon: coupon.id, type: 'coupon' },
      restrictions: {
        first_time_transaction: restrictions?.flag('first_time_transaction') ?? false,
        minimum_amount: restrictions?.integer('minimum_amount') ?? null,
        minimum_amount_currency: restrictions?.text('minimum_amount_currency') ?? null,
      },
      times_redeemed: 0,
    };
    form.end();
    if (!/^[\w-]{1,50}$/.test(text)) throw invalid('Promotion codes hold letters, digits and dashes only.', 'code');
    if (account.promotionCodes.where((one) => one.active && one.code.toLowerCase() === text.toLowerCase()).length > 0)
      throw invalid('An active promotion code with this code already exists.', 'code', 'resource_already_exists');
    account.promotionCodes.add(code);
    account.emit('promotion_code.created', code);
    return code;
  }),
  route('GET', '/v1/promotion_codes', ({ account, form }) => {
    const [active, code] = [form.flag('active'), form.text('code')?.toLowerCase()];
    const [coupon, customer] = [form.text('coupon'), form.text('customer')];
    const rows = account.promotionCodes.where(
      (one) =>
        (active === undefined || one.active === active) &&
        (!code || one.code.toLowerCase() === code) &&
        (!coupon || one.promotion.coupon === coupon) &&
        (!customer || one.customer === customer),
    );
    return pageOf(rows, form, '/v1/promotion_codes');
  }),
  route('GET', '/v1/promotion_codes/:id', ({ account, at }) => account.promotionCodes.get(at['id']!)),
  route('POST', '/v1/promotion_codes/:id', ({ account, at, form }) => {
    const code = account.promotionCodes.get(at['id']!);
    const active = form.flag('active');
    const metadata = mergedMetadata(form, code.metadata);
    form.skip('restrictions');
    form.end();
    account.change('promotion_code.updated', code, (one) =>
      Object.assign(one, { metadata }, active !== undefined && { active }),
    );
    return code;
  }),
];
