import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Stripe } from 'stripe';
import { type Config, CONFIG } from '@foyer/config';
import { StripeAway, StripeRefused } from './refusals.js';

const TIMEOUT_MS = 10_000;
const RETRIES = 2;

/** The one way to Stripe: the official client, wherever `STRIPE_API_BASE` says that the API is. */
@Injectable()
export class StripeApi {
  private readonly log = new Logger('Stripe');
  private made: Promise<Stripe> | undefined;

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /** False where nothing is billed. */
  get isOn(): boolean {
    return this.config.stripe !== undefined;
  }

  /** Whether the key moves real money. */
  get isLive(): boolean {
    return /^(?:sk|rk)_live_/.test(this.config.stripe?.secretKey ?? '');
  }

  /** Asks Stripe. @throws StripeAway, StripeRefused */
  async ask<T>(request: (stripe: Stripe) => Promise<T>): Promise<T> {
    const stripe = await this.client();
    try {
      return await request(stripe);
    } catch (error) {
      const { type, code, statusCode, message } = error as Partial<Stripe.errors.StripeError>;
      if (!type?.startsWith('Stripe')) throw error;
      this.log.warn(`${type} ${code ?? ''} ${message}`);
      const away = type === 'StripeConnectionError' || type === 'StripeRateLimitError' || (statusCode ?? 500) >= 500;
      throw away ? new StripeAway() : new StripeRefused(code ?? type);
    }
  }

  /** What a webhook brought, if it is signed with our secret and not older than five minutes. Null: it is not. */
  async verified(body: Buffer, signature: string): Promise<Stripe.Event | null> {
    const stripe = await this.client();
    try {
      return await stripe.webhooks.constructEventAsync(body, signature, this.config.stripe!.webhookSecret);
    } catch {
      return null;
    }
  }

  /** Loaded when it is first needed: most processes of most installations never are. */
  private client(): Promise<Stripe> {
    return (this.made ??= this.make());
  }

  private async make(): Promise<Stripe> {
    const { stripe } = this.config;
    if (!stripe) throw new StripeAway();
    const { Stripe } = await import('stripe');
    const { secretKey, apiBase } = stripe;
    const base = apiBase ? new URL(apiBase) : null;
    const place = base && {
      host: base.hostname,
      port: base.port || (base.protocol === 'https:' ? 443 : 80),
      protocol: base.protocol.slice(0, -1) as 'http' | 'https',
    };
    return new Stripe(secretKey, { ...place, timeout: TIMEOUT_MS, maxNetworkRetries: RETRIES, telemetry: false });
  }
}
