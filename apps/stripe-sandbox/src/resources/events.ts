import { pageOf } from '../collection.js';
import { route } from '../routes.js';

export const events = [
  route('GET', '/v1/events', ({ account, form }) => {
    const [type, types, delivered] = [form.text('type'), form.texts('types'), form.flag('delivery_success')];
    const matches = (pattern: string, name: string) =>
      pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
    const rows = account.events.where(
      (one) =>
        (!type || matches(type, one.type)) &&
        (!types || types.some((pattern) => matches(pattern, one.type))) &&
        (delivered === undefined || (one.pending_webhooks === 0) === delivered),
    );
    return pageOf(rows, form, '/v1/events');
  }),
  route('GET', '/v1/events/:id', ({ account, at }) => account.events.get(at['id']!)),
];
