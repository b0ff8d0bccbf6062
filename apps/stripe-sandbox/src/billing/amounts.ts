import type { Account } from '../account.js';
import { invalid } from '../errors.js';
import type { Price, Tier } from '../objects.js';

interface Tariff {
  unit_amount_decimal: string | null;
  tiers?: Tier[];
}

function tariff(account: Account, price: Price, currency: string): Tariff {
  const found = account.currencyOptions.find(price.id)?.options[currency];
  if (!found)
    throw invalid(
      `The price specified only supports \`${price.currency}\`. This doesn't match the expected currency: \`${currency}\`.`,
      'currency',
    );
  return found;
}

/** What so many of a price cost, in the smallest unit of the currency and rounded once. */
export function amountOf(account: Account, price: Price, currency: string, quantity: number): number {
  const { unit_amount_decimal: unit, tiers = [] } = tariff(account, price, currency);
  if (price.billing_scheme === 'per_unit') return Math.round(Number(unit) * quantity);
  const cost = (tier: Tier, units: number) => Number(tier.unit_amount_decimal ?? 0) * units + (tier.flat_amount ?? 0);
  if (price.tiers_mode === 'volume') {
    const tier = tiers.find(({ up_to }) => up_to === null || quantity <= up_to);
    return tier && quantity > 0 ? Math.round(cost(tier, quantity)) : 0;
  }
  let [total, counted] = [0, 0];
  for (const tier of tiers) {
    const units = Math.min(quantity, tier.up_to ?? Infinity) - counted;
    if (units <= 0) break;
    total += cost(tier, units);
    counted += units;
  }
  return Math.round(total);
}

/** As invoices write it, like `€49.00`. */
export const money = (amount: number, currency: string): string => {
  const format = new Intl.NumberFormat('en-GB', { style: 'currency', currency });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits!);
};

export function supportsCurrency(account: Account, price: Price, currency: string): boolean {
  return account.currencyOptions.find(price.id)?.options[currency] !== undefined;
}
