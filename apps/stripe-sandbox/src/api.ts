import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Account, API_VERSION } from './account.js';
import { newId } from './collection.js';
import { runDue } from './billing/passing-time.js';
import { ApiError, type ErrorBody, invalid } from './errors.js';
import { Form, parseForm } from './form.js';
import { presented } from './present.js';
import { bodyOf } from './requests.js';
import { catalogue } from './resources/catalogue.js';
import { checkout } from './resources/checkout.js';
import { clocks } from './resources/clocks.js';
import { coupons } from './resources/coupons.js';
import { customers } from './resources/customers.js';
import { entitlements } from './resources/entitlements.js';
import { events } from './resources/events.js';
import { intents } from './resources/intents.js';
import { invoices } from './resources/invoices.js';
import { meters } from './resources/meters.js';
import { paymentMethods } from './resources/payment-methods.js';
import { portal } from './resources/portal.js';
import { schedules } from './resources/schedules.js';
import { subscriptions } from './resources/subscriptions.js';
import { webhookEndpoints } from './resources/webhook-endpoints.js';
import { matchRoute } from './routes.js';
import type { Outage, SandboxState } from './sandbox-state.js';

const ROUTES = [
  ...[customers, catalogue, coupons, entitlements, meters, paymentMethods, intents, checkout, portal, subscriptions],
  ...[schedules, invoices, events, webhookEndpoints, clocks],
].flat();

const BODY_LIMIT = 1024 * 1024;
const CALLS_KEPT = 1_000;

interface Answer {
  status: number;
  body: string;
  replayed?: boolean;
}

/** Answers a request to `/v1`. */
export async function apiAnswer(
  sandbox: SandboxState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const id = newId('req');
  const outage = outageFor(sandbox, `${request.method} ${new URL(request.url!, 'http://sandbox').pathname}`);
  if (outage === 'hang') return;
  let answer: Answer;
  try {
    if (outage && outage !== 'lost') throw outageError(outage);
    const account = accountOf(sandbox, request);
    const body = await bodyOf(request, BODY_LIMIT);
    answer = await answered(sandbox, account, request, body, id);
  } catch (error) {
    answer = failure(error);
  }
  if (outage === 'lost') return void request.socket.destroy();
  response.writeHead(answer.status, {
    'Content-Type': 'application/json',
    'Request-Id': id,
    'Stripe-Version': API_VERSION,
    ...(answer.replayed && { 'Idempotent-Replayed': 'true' }),
    ...(answer.status === 429 && { 'Stripe-Should-Retry': 'true', 'Retry-After': '1' }),
  });
  await new Promise<void>((resolve) => response.end(answer.body, resolve));
}

/** The same key gets the same answer, and what it asked for is done once. */
async function answered(
  sandbox: SandboxState,
  account: Account,
  request: IncomingMessage,
  body: string,
  id: string,
): Promise<Answer> {
  const key = request.method === 'POST' ? (request.headers['idempotency-key'] as string | undefined) : undefined;
  if (key === undefined) {
    await sleep(sandbox.latencyMs);
    return handled(account, request, body, id, null);
  }
  if (key.length === 0 || key.length > 255)
    throw invalid('Idempotency keys can be up to 255 characters long.', undefined, 'idempotency_key_invalid');
  const fingerprint = `${request.method} ${request.url} ${body}`;
  const earlier = account.idempotency.find(key);
  if (earlier && earlier.fingerprint !== fingerprint)
    throw new ApiError(400, {
      type: 'idempotency_error',
      message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
    });
  if (earlier && !earlier.answer)
    throw new ApiError(409, {
      ...{ type: 'idempotency_error', code: 'idempotency_key_in_use' },
      message:
        'There is currently another in-progress request using this Idempotent Key. Please wait for the earlier request to complete.',
    });
  if (earlier) return { ...earlier.answer!, replayed: true };
  const entry = account.idempotency.add({ id: key, fingerprint });
  await sleep(sandbox.latencyMs);
  const answer = handled(account, request, body, id, key);
  entry.answer = { status: answer.status, body: answer.body };
  return answer;
}

/** One request, from beginning to end without a pause: nothing happens in between. */
function handled(account: Account, request: IncomingMessage, body: string, id: string, key: string | null): Answer {
  account.request = { id, idempotency_key: key };
  try {
    runDue(account);
    const { pathname, search } = new URL(request.url!, 'http://sandbox');
    const match = matchRoute(ROUTES, request.method!, pathname);
    if (!match)
      throw new ApiError(404, {
        type: 'invalid_request_error',
        message: `Unrecognized request URL (${request.method}: ${pathname}). The sandbox speaks the part of the API that Foyer uses.`,
      });
    const form = new Form(parseForm(request.method === 'GET' ? search.slice(1) : body || search.slice(1)));
    const expand = form.texts('expand') ?? [];
    const answer = match.handle({ account, at: match.at, form });
    return { status: 200, body: JSON.stringify(presented(account, answer, expand), null, 2) };
  } catch (error) {
    return failure(error);
  } finally {
    account.request = null;
  }
}

function accountOf(sandbox: SandboxState, request: IncomingMessage): Account {
  const given = request.headers.authorization ?? '';
  const key = given.startsWith('Basic ')
    ? Buffer.from(given.slice('Basic '.length), 'base64').toString().replace(/:$/, '')
    : given.replace(/^Bearer /, '');
  const [, name] = /^[sr]k_sandbox_([\w-]{1,64})$/.exec(key) ?? [];
  if (name) return sandbox.account(name);
  const shown = key ? `Invalid API Key provided: ${key.slice(0, 8)}****` : 'You did not provide an API key.';
  throw new ApiError(401, { type: 'invalid_request_error', message: shown });
}

/** Notes the request, and says what it suffers from. */
function outageFor(sandbox: SandboxState, call: string): Outage | null {
  sandbox.calls.push(call);
  if (sandbox.calls.length > CALLS_KEPT) sandbox.calls.shift();
  const { outage } = sandbox;
  if (!outage || !call.startsWith(outage.only ?? '')) return null;
  if (outage.after) {
    outage.after -= 1;
    return null;
  }
  outage.times -= 1;
  if (outage.times <= 0) sandbox.outage = null;
  return outage.kind;
}

function outageError(kind: 'error' | 'unavailable' | 'rate_limit'): ApiError {
  if (kind === 'rate_limit')
    return new ApiError(429, {
      type: 'invalid_request_error',
      code: 'rate_limit',
      message: 'Too many requests. Please slow down.',
    });
  return new ApiError(kind === 'error' ? 500 : 503, {
    type: 'api_error',
    message: 'An unknown error occurred (the sandbox was told to fail).',
  });
}

function failure(error: unknown): Answer {
  const known =
    error instanceof ApiError
      ? error
      : new ApiError(500, { type: 'api_error', message: `The sandbox failed: ${(error as Error).stack}` });
  const details: ErrorBody & { doc_url?: string } = {
    ...known.body,
    ...(known.body.code && { doc_url: `https://stripe.com/docs/error-codes/${known.body.code.replaceAll('_', '-')}` }),
  };
  return { status: known.status, body: JSON.stringify({ error: details }, null, 2) };
}
