import { newId, pageOf } from '../collection.js';
import { runUntil } from '../billing/passing-time.js';
import { forgetCustomer } from './customers.js';
import { invalid, requiredParam } from '../errors.js';
import type { Clock } from '../objects.js';
import { route } from '../routes.js';
import { DAY } from '../calendar.js';

const KEPT_DAYS = 30;
/** As Stripe: two intervals of the longest subscription. */
const LONGEST_STEP = 2 * 366 * DAY;

export const clocks = [
  route('POST', '/v1/test_helpers/test_clocks', ({ account, form }) => {
    const frozen = form.integer('frozen_time');
    const name = form.text('name') ?? null;
    form.end();
    if (frozen === undefined) throw requiredParam('frozen_time');
    const clock: Clock = {
      ...{ id: newId('clock'), object: 'test_helpers.test_clock', created: account.now(), frozen_time: frozen, name },
      ...{ deletes_after: account.now() + KEPT_DAYS * DAY, livemode: false, status: 'ready', status_details: {} },
    };
    account.clocks.add(clock);
    account.emit('test_helpers.test_clock.created', clock);
    return clock;
  }),
  route('GET', '/v1/test_helpers/test_clocks', ({ account, form }) =>
    pageOf(account.clocks.all(), form, '/v1/test_helpers/test_clocks'),
  ),
  route('GET', '/v1/test_helpers/test_clocks/:id', ({ account, at }) => account.clocks.get(at['id']!)),
  route('POST', '/v1/test_helpers/test_clocks/:id/advance', ({ account, at, form }) => {
    const clock = account.clocks.get(at['id']!);
    const to = form.integer('frozen_time');
    form.end();
    if (to === undefined) throw requiredParam('frozen_time');
    if (to <= clock.frozen_time) throw invalid('The test clock can only be advanced to a later time.', 'frozen_time');
    if (to > clock.frozen_time + LONGEST_STEP)
      throw invalid(
        'A test clock can be advanced at most two of the longest subscription intervals at once.',
        'frozen_time',
      );
    clock.status = 'advancing';
    clock.status_details = { advancing: { target_frozen_time: to } };
    account.emit('test_helpers.test_clock.advancing', clock);
    const answer = structuredClone(clock);
    // As at Stripe the answer comes first, and whoever asks later learns that it is ready.
    setImmediate(() => {
      runUntil(account, clock, to);
      account.emit('test_helpers.test_clock.ready', clock);
    });
    return answer;
  }),
  route('DELETE', '/v1/test_helpers/test_clocks/:id', ({ account, at }) => {
    const { id } = account.clocks.get(at['id']!);
    for (const customer of account.customers.where((one) => one.test_clock === id)) forgetCustomer(account, customer);
    account.clocks.delete(id);
    return { id, object: 'test_helpers.test_clock', deleted: true };
  }),
];
