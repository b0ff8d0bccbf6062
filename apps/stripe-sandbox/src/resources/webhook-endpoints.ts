import { API_VERSION } from '../account.js';
import { newId, pageOf, randomText } from '../collection.js';
import { invalid } from '../errors.js';
import { mergedMetadata } from '../form.js';
import type { WebhookEndpoint } from '../objects.js';
import { route } from '../routes.js';

const checked = (url: string): string => {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw invalid('Invalid URL: URL must be valid and have a scheme.', 'url', 'url_invalid');
  return url;
};

export const webhookEndpoints = [
  route('POST', '/v1/webhook_endpoints', ({ account, form }) => {
    const types = form.texts('enabled_events') ?? [];
    const version = form.text('api_version') ?? API_VERSION;
    const secret = `whsec_${randomText(32)}`;
    form.skip('connect');
    const endpoint: WebhookEndpoint = {
      ...{
        id: newId('we'),
        object: 'webhook_endpoint',
        api_version: version,
        application: null,
        created: account.now(),
      },
      ...{ description: form.emptiable('description') ?? null, enabled_events: types, livemode: false },
      ...{ metadata: mergedMetadata(form), status: 'enabled', url: checked(form.need('url')) },
    };
    form.end();
    if (types.length === 0) throw invalid('You must pass at least one event.', 'enabled_events', 'parameter_missing');
    account.webhookEndpoints.add(endpoint);
    account.endpointSecrets.add({ id: endpoint.id, secret });
    // Shown this once.
    return { ...endpoint, secret };
  }),
  route('GET', '/v1/webhook_endpoints', ({ account, form }) =>
    pageOf(account.webhookEndpoints.all(), form, '/v1/webhook_endpoints'),
  ),
  route('GET', '/v1/webhook_endpoints/:id', ({ account, at }) => account.webhookEndpoints.get(at['id']!)),
  route('POST', '/v1/webhook_endpoints/:id', ({ account, at, form }) => {
    const endpoint = account.webhookEndpoints.get(at['id']!);
    const [url, types, disabled] = [form.text('url'), form.texts('enabled_events'), form.flag('disabled')];
    const description = form.emptiable('description');
    const metadata = mergedMetadata(form, endpoint.metadata);
    form.end();
    return Object.assign(
      endpoint,
      { metadata },
      url && { url: checked(url) },
      types && { enabled_events: types },
      disabled !== undefined && { status: disabled ? 'disabled' : 'enabled' },
      description !== undefined && { description },
    );
  }),
  route('DELETE', '/v1/webhook_endpoints/:id', ({ account, at }) => {
    const { id } = account.webhookEndpoints.get(at['id']!);
    account.webhookEndpoints.delete(id);
    return { id, object: 'webhook_endpoint', deleted: true };
  }),
];
