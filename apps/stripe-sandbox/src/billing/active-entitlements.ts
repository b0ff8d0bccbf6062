import type { Account } from '../account.js';
import { newId } from '../collection.js';

const ENTITLING = ['trialing', 'active', 'past_due'];
/** As Stripe: the summary carries no more, the rest is listed. */
const IN_SUMMARY = 10;

/** Grants and takes away what a customer's subscriptions entitle it to, and tells when that changed. */
export function refreshEntitlements(account: Account, customer: string): void {
  const products = new Set(
    account.subscriptions
      .where((one) => one.customer === customer && ENTITLING.includes(one.status))
      .flatMap(({ items }) => items.data.map(({ price }) => price.product)),
  );
  const wanted = new Map(
    account.productFeatures
      .where((one) => products.has(one.product))
      .map(({ entitlement_feature: one }) => [one.id, one]),
  );
  const present = account.entitlements.where((one) => one.customer === customer);
  const gone = present.filter(({ feature }) => !wanted.has(feature));
  const added = [...wanted.values()].filter(({ id }) => !present.some(({ feature }) => feature === id));
  if (gone.length + added.length === 0) return;
  const list = (rows: typeof present) => ({
    ...{ object: 'list', has_more: rows.length > IN_SUMMARY },
    data: rows.slice(0, IN_SUMMARY).map(({ customer: _customer, ...shown }) => shown),
    url: `/v1/customer/${customer}/entitlements`,
  });
  const before = list(present);
  for (const { id } of gone) account.entitlements.delete(id);
  for (const { id: feature, lookup_key } of added)
    account.entitlements.add({
      ...{
        id: newId('ent'),
        object: 'entitlements.active_entitlement',
        customer,
        feature,
        livemode: false,
        lookup_key,
      },
    });
  const summary = {
    ...{ object: 'entitlements.active_entitlement_summary', customer, livemode: false },
    entitlements: list(account.entitlements.where((one) => one.customer === customer)),
  };
  // The summary has no id.
  account.emit(
    'entitlements.active_entitlement_summary.updated',
    summary as unknown as { id: string; object: string },
    {
      entitlements: before,
    },
  );
}
