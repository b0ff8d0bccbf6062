import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError, invalid, missing } from './errors.js';
import { fromHere, bodyOf, sendJson } from './requests.js';
import type { OutageRule, SandboxState } from './sandbox-state.js';
import type { DeliveryRules, Order } from './webhooks.js';

type Body = Record<string, unknown>;
type Command = (sandbox: SandboxState, body: Body, path: string[]) => unknown;

const text = (body: Body, name: string): string => {
  if (typeof body[name] !== 'string') throw invalid(`${name} must be a text.`, name);
  return body[name];
};
const accountIn = (body: Body) => (typeof body['account'] === 'string' ? body['account'] : undefined);

/** `METHOD /sandbox/…` (README.md). */
const COMMANDS: Record<string, Command> = {
  'GET state': (sandbox) => ({
    accounts: [...sandbox.accounts.keys()],
    outage: sandbox.outage,
    latencyMs: sandbox.latencyMs,
    deliveries: sandbox.deliveries.rules,
  }),
  'GET deliveries': (sandbox) =>
    sandbox.deliveries.all.map(({ event, secret: _secret, ...shown }) => ({
      ...shown,
      event: event.id,
      type: event.type,
    })),
  'POST deliveries': (sandbox, body) => Object.assign(sandbox.deliveries.rules, rulesIn(body)),
  'POST deliveries/release': async (sandbox, body) => {
    await sandbox.deliveries.release((body['order'] as Order | undefined) ?? 'given');
    return {};
  },
  'POST events/:id/resend': async (sandbox, body, [id]) => {
    const account = sandbox.account(accountIn(body));
    await sandbox.deliveries.resend(account, account.events.get(id!));
    return {};
  },
  'POST outage': (sandbox, body) => {
    const { kind, times = Infinity, after, only } = body as Partial<OutageRule>;
    sandbox.outage = kind ? { kind, times, after, only } : null;
    if (typeof body['latencyMs'] === 'number') sandbox.latencyMs = body['latencyMs'];
    return { outage: sandbox.outage, latencyMs: sandbox.latencyMs };
  },
  'POST clocks/:id/advance': async (sandbox, body, [id]) => {
    await sandbox.advance(id!, Number(body['to']), accountIn(body));
    return sandbox.find(id!, accountIn(body));
  },
  'POST customers/:id/charges': (sandbox, body, [id]) => {
    sandbox.forceCharges(id!, text(body, 'outcome'), { times: Number(body['times'] ?? 1), account: accountIn(body) });
    return {};
  },
  'POST settings': (sandbox, body) => {
    const { account: _account, ...settings } = body;
    return Object.assign(sandbox.account(accountIn(body)).settings, settings);
  },
};

function rulesIn(body: Body): Partial<DeliveryRules> {
  const rules: Partial<DeliveryRules> = {};
  if (typeof body['hold'] === 'boolean') rules.hold = body['hold'];
  if (typeof body['copies'] === 'number') rules.copies = body['copies'];
  if (typeof body['delayMs'] === 'number') rules.delayMs = body['delayMs'];
  if (typeof body['drop'] === 'boolean' || Array.isArray(body['drop']))
    rules.drop = body['drop'] as DeliveryRules['drop'];
  return rules;
}

/** Answers those who steer the sandbox: JSON in, JSON out. */
export async function controlAnswer(
  sandbox: SandboxState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    if (!fromHere(request)) throw new ApiError(403, { type: 'invalid_request_error', message: 'Only from here.' });
    const path = new URL(request.url!, 'http://sandbox').pathname.slice('/sandbox/'.length);
    const body = JSON.parse((await bodyOf(request, 1024 * 1024)) || '{}') as Body;
    for (const [name, command] of Object.entries(COMMANDS)) {
      const [method, pattern] = name.split(' ') as [string, string];
      const match = method === request.method && new RegExp(`^${pattern.replace(':id', '([^/]+)')}$`).exec(path);
      if (match) return sendJson(response, (await command(sandbox, body, match.slice(1))) ?? {});
    }
    throw missing('command', path);
  } catch (error) {
    const known = error instanceof ApiError ? error : invalid((error as Error).message);
    sendJson(response, { error: known.body }, known.status);
  }
}
