import { newId, pageOf } from '../collection.js';
import { invalid } from '../errors.js';
import { mergedMetadata } from '../form.js';
import type { Feature } from '../objects.js';
import { route } from '../routes.js';

export const entitlements = [
  route('POST', '/v1/entitlements/features', ({ account, form }) => {
    const key = form.need('lookup_key');
    const feature: Feature = {
      ...{ id: newId('feat'), object: 'entitlements.feature', active: true, livemode: false, lookup_key: key },
      ...{ metadata: mergedMetadata(form), name: form.need('name') },
    };
    form.end();
    if (account.features.where((one) => one.active && one.lookup_key === key).length > 0)
      throw invalid('A feature already uses this lookup key.', 'lookup_key', 'resource_already_exists');
    return account.features.add(feature);
  }),
  route('GET', '/v1/entitlements/features', ({ account, form }) => {
    const archived = form.flag('archived');
    const key = form.text('lookup_key');
    const rows = account.features.where(
      (one) => (archived === undefined || one.active === !archived) && (!key || one.lookup_key === key),
    );
    return pageOf(rows, form, '/v1/entitlements/features');
  }),
  route('GET', '/v1/entitlements/features/:id', ({ account, at }) => account.features.get(at['id']!)),
  route('POST', '/v1/entitlements/features/:id', ({ account, at, form }) => {
    const feature = account.features.get(at['id']!);
    const [active, name] = [form.flag('active'), form.text('name')];
    const metadata = mergedMetadata(form, feature.metadata);
    form.end();
    return Object.assign(feature, { metadata }, active !== undefined && { active }, name && { name });
  }),
  route('GET', '/v1/entitlements/active_entitlements', ({ account, form }) => {
    const { id } = account.customers.get(form.need('customer'), 'customer');
    const rows = account.entitlements
      .where((one) => one.customer === id)
      .map(({ customer: _customer, ...shown }) => shown);
    return pageOf(rows as { id: string }[], form, '/v1/entitlements/active_entitlements');
  }),
  route('GET', '/v1/entitlements/active_entitlements/:id', ({ account, at }) => {
    const { customer: _customer, ...shown } = account.entitlements.get(at['id']!);
    return shown;
  }),
];
