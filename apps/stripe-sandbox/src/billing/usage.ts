import type { Account } from '../account.js';
import type { Meter, Period } from '../objects.js';

/** What a customer used in a period, as the meter counts. */
export function usageOf(account: Account, meter: Meter, customer: string, { start, end }: Period): number {
  const values = account.meterEvents
    .where(
      ({ event_name, payload, timestamp }) =>
        event_name === meter.event_name &&
        payload[meter.customer_mapping.event_payload_key] === customer &&
        timestamp >= start &&
        timestamp < end,
    )
    .sort((a, b) => a.timestamp - b.timestamp)
    .map(({ payload }) => Number(payload[meter.value_settings.event_payload_key] ?? 1));
  const { formula } = meter.default_aggregation;
  if (formula === 'count') return values.length;
  if (formula === 'last') return values.at(-1) ?? 0;
  return values.reduce((sum, value) => sum + value, 0);
}
