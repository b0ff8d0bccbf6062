import type { Config } from '@foyer/config';

/** Where the Stripe sandbox is when nobody has set a key of Stripe; nowhere in production. */
export function sandboxPort({ env, port }: Config, given: NodeJS.ProcessEnv): number | null {
  return env === 'production' || given['STRIPE_SECRET_KEY']?.trim() ? null : port + 28;
}

/** What makes web and worker talk to the sandbox. They do not know it from Stripe. */
export const sandboxEnvironment = (port: number): NodeJS.ProcessEnv => ({
  STRIPE_API_BASE: `http://127.0.0.1:${port}`,
  STRIPE_SECRET_KEY: 'sk_sandbox_foyer',
  STRIPE_WEBHOOK_SECRET: 'whsec_sandbox_foyer',
});
