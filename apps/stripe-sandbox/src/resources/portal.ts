import type { Account } from '../account.js';
import { newId, pageOf, randomText } from '../collection.js';
import { invalid } from '../errors.js';
import { type Form, mergedMetadata } from '../form.js';
import type { PortalConfiguration, PortalSession } from '../objects.js';
import { route } from '../routes.js';

const REASONS = ['too_expensive', 'missing_features', 'switched_service', 'unused', 'other'];
const UPDATES = ['name', 'email', 'address', 'phone', 'tax_id'];

function newConfiguration(account: Account, isDefault: boolean): PortalConfiguration {
  const now = account.now();
  return account.portalConfigurations.add({
    ...{ id: newId('bpc'), object: 'billing_portal.configuration', active: true, application: null },
    business_profile: { headline: null, privacy_policy_url: null, terms_of_service_url: null },
    ...{ created: now, default_return_url: null },
    features: {
      customer_update: { allowed_updates: UPDATES, enabled: true },
      invoice_history: { enabled: true },
      payment_method_update: { enabled: true, payment_method_configuration: null },
      subscription_cancel: {
        cancellation_reason: { enabled: false, feedback_options: null, options: REASONS },
        ...{ enabled: true, mode: 'at_period_end', proration_behavior: 'none' },
      },
      subscription_pause: { duration: { interval_options: null, type: 'indefinite' }, enabled: false },
      subscription_update: {
        ...{
          billing_cycle_anchor: null,
          default_allowed_updates: [],
          enabled: false,
          products: [],
          proration_behavior: 'none',
        },
        ...{ schedule_at_period_end: { conditions: [] }, trial_update_behavior: 'end_trial' },
      },
    },
    ...{
      is_default: isDefault,
      livemode: false,
      login_page: { enabled: false, url: null },
      metadata: {},
      name: null,
      updated: now,
    },
  });
}

const defaultConfiguration = (account: Account) =>
  account.portalConfigurations.where(({ is_default }) => is_default).at(0) ?? newConfiguration(account, true);

function applyTo(configuration: PortalConfiguration, form: Form): void {
  const profile = form.group('business_profile');
  for (const name of ['headline', 'privacy_policy_url', 'terms_of_service_url'] as const) {
    const value = profile?.emptiable(name);
    if (value !== undefined) configuration.business_profile[name] = value;
  }
  const back = form.emptiable('default_return_url');
  if (back !== undefined) configuration.default_return_url = back;
  const name = form.emptiable('name');
  if (name !== undefined) configuration.name = name;
  configuration.active = form.flag('active') ?? configuration.active;
  configuration.metadata = mergedMetadata(form, configuration.metadata);
  const features = form.group('features');
  const { features: kept } = configuration;
  const update = features?.group('customer_update');
  kept.customer_update.allowed_updates = update?.texts('allowed_updates') ?? kept.customer_update.allowed_updates;
  kept.customer_update.enabled = update?.flag('enabled') ?? kept.customer_update.enabled;
  kept.invoice_history.enabled = features?.group('invoice_history')?.flag('enabled') ?? kept.invoice_history.enabled;
  const method = features?.group('payment_method_update');
  method?.skip('payment_method_configuration');
  kept.payment_method_update.enabled = method?.flag('enabled') ?? kept.payment_method_update.enabled;
  const cancel = features?.group('subscription_cancel');
  const { subscription_cancel: ending } = kept;
  ending.enabled = cancel?.flag('enabled') ?? ending.enabled;
  ending.mode = cancel?.oneOf('mode', 'at_period_end', 'immediately') ?? ending.mode;
  ending.proration_behavior =
    cancel?.oneOf('proration_behavior', 'none', 'create_prorations', 'always_invoice') ?? ending.proration_behavior;
  const reason = cancel?.group('cancellation_reason');
  ending.cancellation_reason.enabled = reason?.flag('enabled') ?? ending.cancellation_reason.enabled;
  ending.cancellation_reason.options = reason?.texts('options') ?? ending.cancellation_reason.options;
  reason?.skip('feedback_options');
  features?.skip('subscription_update', 'subscription_pause');
  form.skip('login_page');
  form.end();
}

/** Where the portal takes somebody who came for one thing. */
function flowIn(account: Account, form: Form): unknown {
  const flow = form.group('flow_data');
  const type = flow?.oneOf('type', 'payment_method_update', 'subscription_cancel', 'customer_update');
  if (!flow || !type) return null;
  const after = flow.group('after_completion');
  const [kind, redirect] = [after?.text('type'), after?.group('redirect')?.text('return_url')];
  after?.skip('hosted_confirmation');
  const cancelled = flow.group('subscription_cancel')?.need('subscription');
  if (cancelled) account.subscriptions.get(cancelled, 'flow_data[subscription_cancel][subscription]');
  return {
    after_completion: {
      ...{
        hosted_confirmation: null,
        redirect: redirect ? { return_url: redirect } : null,
        type: kind ?? 'portal_homepage',
      },
    },
    ...{ customer_update: type === 'customer_update' ? {} : null },
    subscription_cancel: cancelled ? { retention: null, subscription: cancelled } : null,
    ...{ subscription_pause: null, subscription_update: null, subscription_update_confirm: null, type },
  };
}

export const portal = [
  route('POST', '/v1/billing_portal/configurations', ({ account, form }) => {
    const draft = newConfiguration(account, account.portalConfigurations.all().length === 0);
    try {
      applyTo(draft, form);
    } catch (error) {
      account.portalConfigurations.delete(draft.id);
      throw error;
    }
    account.emit('billing_portal.configuration.created', draft);
    return draft;
  }),
  route('GET', '/v1/billing_portal/configurations', ({ account, form }) => {
    const [active, isDefault] = [form.flag('active'), form.flag('is_default')];
    const rows = account.portalConfigurations.where(
      (one) =>
        (active === undefined || one.active === active) && (isDefault === undefined || one.is_default === isDefault),
    );
    return pageOf(rows, form, '/v1/billing_portal/configurations');
  }),
  route('GET', '/v1/billing_portal/configurations/:id', ({ account, at }) =>
    account.portalConfigurations.get(at['id']!, 'configuration'),
  ),
  route('POST', '/v1/billing_portal/configurations/:id', ({ account, at, form }) => {
    const configuration = account.portalConfigurations.get(at['id']!, 'configuration');
    const draft = structuredClone(configuration);
    applyTo(draft, form);
    account.change('billing_portal.configuration.updated', configuration, (one) =>
      Object.assign(one, draft, { updated: account.now() }),
    );
    return configuration;
  }),
  route('POST', '/v1/billing_portal/sessions', ({ account, form }) => {
    const customer = account.customers.get(form.need('customer'), 'customer');
    const named = form.text('configuration');
    const configuration = named
      ? account.portalConfigurations.get(named, 'configuration')
      : defaultConfiguration(account);
    const back = form.text('return_url') ?? configuration.default_return_url;
    const flow = flowIn(account, form);
    const locale = form.text('locale') ?? null;
    form.end();
    if (back !== null && !/^https?:$/.test(URL.parse(back)?.protocol ?? ''))
      throw invalid('Not a valid URL', 'return_url', 'url_invalid');
    const key = randomText(48);
    const session: PortalSession = {
      ...{
        id: newId('bps'),
        object: 'billing_portal.session',
        configuration: configuration.id,
        created: account.now(customer.id),
      },
      ...{
        customer: customer.id,
        customer_account: null,
        flow,
        livemode: false,
        locale,
        on_behalf_of: null,
        return_url: back,
      },
      url: `${account.origin()}/p/session/${account.name}/${key}`,
    };
    account.portalSessions.add(session);
    account.emit('billing_portal.session.created', session);
    return session;
  }),
];
