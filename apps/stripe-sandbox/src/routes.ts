import type { Account } from './account.js';
import type { Form } from './form.js';

export interface Call {
  account: Account;
  /** What the pattern's `:names` stood for. */
  at: Record<string, string>;
  form: Form;
}

export type Handler = (call: Call) => object;

export interface Route {
  method: string;
  pattern: RegExp;
  names: string[];
  handle: Handler;
}

/** A route of the API, like `POST /v1/customers/:id`. */
export function route(method: 'GET' | 'POST' | 'DELETE', path: string, handle: Handler): Route {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
  return { method, pattern: new RegExp(`^${path.replace(/:\w+/g, '([^/]+)')}$`), names, handle };
}

export function matchRoute(
  routes: Route[],
  method: string,
  path: string,
): { handle: Handler; at: Record<string, string> } | null {
  for (const { method: wanted, pattern, names, handle } of routes) {
    const match = wanted === method && pattern.exec(path);
    if (match)
      return {
        handle,
        at: Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1]!)])),
      };
  }
  return null;
}
