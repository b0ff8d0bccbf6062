import { moment, views } from './views.js';
import { lead, show, type Visit } from './visit.js';

const SHOWN = 100;

/** What there is and what happened, for those who develop. */
export function dashboard(visit: Visit): void {
  const { sandbox, query } = visit;
  const names = [...sandbox.accounts.keys()];
  const name = query.get('account') ?? names[0] ?? '';
  const account = sandbox.accounts.get(name);
  const deliveries = new Map<string, string[]>();
  for (const { event, state, attempts } of sandbox.deliveries.all) {
    const status = attempts.at(-1)?.status;
    deliveries.set(event.id, [...(deliveries.get(event.id) ?? []), status ? `${state} (${status})` : state]);
  }
  show(
    visit,
    views.dashboard({
      ...{ account: name, outage: sandbox.outage?.kind },
      accounts: names.map((one) => ({ name: one, current: one === name })),
      customers: account?.customers
        .all()
        .reverse()
        .slice(0, SHOWN)
        .map((customer) => ({
          ...{ id: customer.id, name: customer.name ?? customer.email, time: moment(account.now(customer.id)) },
          status: account.subscriptions
            .where((one) => one.customer === customer.id)
            .map(({ status }) => status)
            .join(', '),
        })),
      events: account?.events
        .all()
        .reverse()
        .slice(0, SHOWN)
        .map(({ id, type, created, data }) => ({
          ...{ id, type, object: data.object.id, time: moment(created) },
          deliveries: (deliveries.get(id) ?? []).join(', ') || 'nobody listens',
        })),
    }),
  );
}

export async function resend(visit: Visit): Promise<void> {
  const account = visit.sandbox.accounts.get(visit.fields!['account'] ?? '');
  const event = account?.events.find(visit.fields!['event']);
  if (account && event) await visit.sandbox.deliveries.resend(account, event);
  lead(visit, `/?account=${encodeURIComponent(account?.name ?? '')}`);
}
