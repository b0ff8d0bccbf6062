import { randomUUID } from 'node:crypto';
import type { Account } from '../account.js';
import { DAY, HOUR } from '../calendar.js';
import { newId, pageOf } from '../collection.js';
import { invalid, requiredParam } from '../errors.js';
import type { Meter, MeterEvent } from '../objects.js';
import { usageOf } from '../billing/usage.js';
import { route } from '../routes.js';

const EARLIEST = 35 * DAY;
const LATEST = 5 * 60;

function report(account: Account, event: MeterEvent, now: number): MeterEvent {
  const meter = account.meters.where((one) => one.event_name === event.event_name && one.status === 'active').at(0);
  if (!meter)
    throw invalid(`No active meter found for event name ${event.event_name}.`, 'event_name', 'resource_missing');
  const customer = event.payload[meter.customer_mapping.event_payload_key];
  if (!customer) throw requiredParam(`payload[${meter.customer_mapping.event_payload_key}]`);
  account.customers.get(customer, `payload[${meter.customer_mapping.event_payload_key}]`);
  const value = event.payload[meter.value_settings.event_payload_key];
  if (meter.default_aggregation.formula !== 'count' && !/^-?\d+(\.\d+)?$/.test(value ?? ''))
    throw invalid('The value must be numeric.', `payload[${meter.value_settings.event_payload_key}]`);
  if (event.timestamp < now - EARLIEST || event.timestamp > now + LATEST)
    throw invalid(
      'The timestamp must be within the past 35 calendar days or up to 5 minutes in the future.',
      'timestamp',
      'timestamp_too_far_in_past',
    );
  if (account.meterEvents.find(event.identifier))
    throw invalid(
      `An event already exists with identifier ${event.identifier}.`,
      'identifier',
      'resource_already_exists',
    );
  return account.meterEvents.add({ ...event, id: event.identifier });
}

export const meters = [
  route('POST', '/v1/billing/meters', ({ account, form }) => {
    const formula = form.group('default_aggregation')?.oneOf('formula', 'count', 'sum', 'last');
    if (!formula) throw requiredParam('default_aggregation[formula]');
    const mapping = form.group('customer_mapping');
    mapping?.oneOf('type', 'by_id');
    const now = account.now();
    const name = form.need('event_name');
    const meter: Meter = {
      ...{ id: newId('mtr'), object: 'billing.meter', created: now },
      customer_mapping: {
        event_payload_key: mapping?.text('event_payload_key') ?? 'stripe_customer_id',
        type: 'by_id',
      },
      ...{ default_aggregation: { formula }, display_name: form.need('display_name'), event_name: name },
      ...{
        event_time_window: form.oneOf('event_time_window', 'day', 'hour') ?? null,
        livemode: false,
        status: 'active',
      },
      ...{ status_transitions: { deactivated_at: null }, updated: now },
      value_settings: { event_payload_key: form.group('value_settings')?.text('event_payload_key') ?? 'value' },
    };
    form.end();
    if (account.meters.where((one) => one.status === 'active' && one.event_name === name).length > 0)
      throw invalid('There is already an active meter with this event name.', 'event_name', 'resource_already_exists');
    account.meters.add(meter);
    account.emit('billing.meter.created', meter);
    return meter;
  }),
  route('GET', '/v1/billing/meters', ({ account, form }) => {
    const status = form.oneOf('status', 'active', 'inactive');
    return pageOf(
      account.meters.where((one) => !status || one.status === status),
      form,
      '/v1/billing/meters',
    );
  }),
  route('GET', '/v1/billing/meters/:id', ({ account, at }) => account.meters.get(at['id']!)),
  route('POST', '/v1/billing/meters/:id', ({ account, at, form }) => {
    const meter = account.meters.get(at['id']!);
    const name = form.text('display_name');
    form.end();
    account.change('billing.meter.updated', meter, (one) => (one.display_name = name ?? one.display_name));
    return meter;
  }),
  ...(['deactivate', 'reactivate'] as const).map((verb) =>
    route('POST', `/v1/billing/meters/:id/${verb}`, ({ account, at }) => {
      const meter = account.meters.get(at['id']!);
      account.change(`billing.meter.${verb}d`, meter, (one) => {
        one.status = verb === 'deactivate' ? 'inactive' : 'active';
        one['status_transitions'] = { deactivated_at: verb === 'deactivate' ? account.now() : null };
      });
      return meter;
    }),
  ),
  route('GET', '/v1/billing/meters/:id/event_summaries', ({ account, at, form }) => {
    const meter = account.meters.get(at['id']!);
    const { id: customer } = account.customers.get(form.need('customer'), 'customer');
    const [start, end] = [form.integer('start_time'), form.integer('end_time')];
    const window = form.oneOf('value_grouping_window', 'day', 'hour');
    if (start === undefined) throw requiredParam('start_time');
    if (end === undefined) throw requiredParam('end_time');
    const step = window === 'day' ? DAY : window === 'hour' ? HOUR : end - start;
    const rows = [];
    for (let from = start; from < end; from += step) {
      const period = { start: from, end: Math.min(from + step, end) };
      const value = usageOf(account, meter, customer, period);
      if (window && value === 0) continue;
      rows.push({
        ...{
          id: `mtrusg_${meter.id.slice(-8)}${from}`,
          object: 'billing.meter_event_summary',
          aggregated_value: value,
        },
        ...{ start_time: period.start, end_time: period.end, livemode: false, meter: meter.id },
      });
    }
    return pageOf(rows, form, `/v1/billing/meters/${meter.id}/event_summaries`);
  }),
  route('POST', '/v1/billing/meter_events', ({ account, form }) => {
    const payload = form.group('payload');
    if (!payload) throw requiredParam('payload');
    const values = Object.fromEntries(payload.keys().map((key) => [key, payload.need(key)]));
    const now = account.now(Object.values(values).find((value) => account.customers.find(value)));
    const event = {
      ...{
        object: 'billing.meter_event',
        created: now,
        event_name: form.need('event_name'),
        livemode: false,
        payload: values,
      },
      ...{ identifier: form.text('identifier') ?? randomUUID(), timestamp: form.integer('timestamp') ?? now },
    } as unknown as MeterEvent;
    form.end();
    const { id: _id, ...shown } = report(account, event, now);
    return shown;
  }),
];
