import { Injectable } from '@nestjs/common';
import { type Actor, Conflict, holds, Refused } from '@foyer/access';
import { PlatformDatabase, rows, sql } from '@foyer/database';
import type { Tenant } from '@foyer/tenancy';
import { Tenants } from '@foyer/tenants';
import { billOf, type Mirror, mirrorOf } from './mirror.js';
import { StripeApi } from './stripe-api.js';

export interface Account {
  tenantId: string;
  customerId: string;
  currency: string;
  mirror: Mirror;
}
interface Row {
  tenantId: string;
  customerId: string | null;
  currency: string;
  mirror: Mirror | null;
}

export const NOTHING: Mirror = { subscription: null, open: [], card: null };
const ROW = sql`tenant_id as "tenantId", customer_id as "customerId", currency, mirror`;

/** Who is which customer of Stripe's, and what Stripe last said of them. */
@Injectable()
export class BillingAccounts {
  constructor(
    private readonly platform: PlatformDatabase,
    private readonly stripe: StripeApi,
    private readonly tenants: Tenants,
  ) {}

  /** Null: has never been to a checkout. */
  async of(tenantId: string): Promise<Account | null> {
    const [row] = await this.platform.read((em) =>
      rows<Row>(em, sql`select ${ROW} from platform.billing_account where tenant_id = ${tenantId}`),
    );
    return row?.customerId ? account(row) : null;
  }

  /** To whom Stripe writes while nobody has said otherwise: who signed up. */
  async ownerEmail(tenantId: string): Promise<string> {
    const [row] = await this.platform.read((em) =>
      rows<{ email: string }>(em, sql`select owner_email as email from platform.tenant where id = ${tenantId}`),
    );
    return row!.email;
  }

  async ofCustomer(customerId: string): Promise<Account | null> {
    const [row] = await this.platform.read((em) =>
      rows<Row>(em, sql`select ${ROW} from platform.billing_account where customer_id = ${customerId}`),
    );
    return row ? account(row) : null;
  }

  /** One after the other, in pages. */
  async *all(): AsyncGenerator<Account> {
    for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
      const page = await this.platform.read((em) =>
        rows<Row>(
          em,
          sql`select ${ROW} from platform.billing_account
               where tenant_id > ${after} and customer_id is not null order by tenant_id limit 200`,
        ),
      );
      for (const row of page) yield account(row);
      const last = page.at(-1);
      if (!last) return;
      after = last.tenantId;
    }
  }

  /** The tenant's customer at Stripe, made when there is none; asked at once from two tabs, it is one all the same. */
  async open({ id, name }: Tenant, { email, currency, locale }: { email: string; currency: string; locale: string }) {
    const found = await this.of(id);
    if (found) return found;
    const customer = await this.stripe.ask((api) =>
      api.customers.create(
        { name, email, preferred_locales: [locale], metadata: { tenant_id: id } },
        { idempotencyKey: `customer ${id}` },
      ),
    );
    await this.platform.write((em) =>
      rows(
        em,
        sql`insert into platform.billing_account (tenant_id, customer_id, currency) values (${id}, ${customer.id}, ${currency})
            on conflict (tenant_id) do nothing`,
      ),
    );
    return (await this.of(id))!;
  }

  /**
   * Fetches what Stripe says now, keeps it, and lets the tenant's state follow. What was asked for earlier never overwrites what was
   * asked for later, however long the answers take. @returns whether something was another than we thought
   */
  async refresh({ tenantId, customerId }: Pick<Account, 'tenantId' | 'customerId'>): Promise<boolean> {
    const [turn] = await this.platform.write((em) =>
      rows<{ wanted: string }>(
        em,
        sql`update platform.billing_account set wanted = wanted + 1 where tenant_id = ${tenantId} returning wanted`,
      ),
    );
    if (!turn) return false; // it was deleted meanwhile
    const fresh = await this.fetch(customerId);
    return this.platform.write(async (em) => {
      const [before] = await rows<{ mirror: Mirror | null }>(
        em,
        sql`select mirror from platform.billing_account where tenant_id = ${tenantId} and fetched < ${turn.wanted} for update`,
      );
      if (!before) return false;
      await rows(
        em,
        sql`update platform.billing_account set mirror = ${JSON.stringify(fresh)}, fetched = ${turn.wanted}, fetched_at = now(),
                   currency = coalesce(${fresh.subscription?.currency ?? null}, currency)
             where tenant_id = ${tenantId}`,
      );
      const alive = fresh.subscription && fresh.subscription.status !== 'canceled';
      await this.tenants.billed(tenantId, billOf(fresh), alive ? (fresh.subscription?.plan ?? null) : null);
      return JSON.stringify(sorted(before.mirror ?? NOTHING)) !== JSON.stringify(sorted(fresh));
    });
  }

  /**
   * Takes something off what a tenant pays next, for a reason that its history keeps. The key is that of the form, so that
   * sending it twice gives it once. @param amount in the currency's smallest unit. @throws Refused, Conflict
   */
  async credit(
    actor: Actor,
    tenantId: string,
    { amount, reason, key }: { amount: number; reason: string; key: string },
  ) {
    if (!holds(actor.ability, 'manage', 'TenantPlan')) throw new Refused();
    const account = await this.of(tenantId);
    if (!account) throw new Conflict('billing.nothing-yet');
    const { customerId, currency } = account;
    await this.stripe.ask((api) =>
      api.customers.createBalanceTransaction(
        customerId,
        { amount: -amount, currency, description: reason },
        { idempotencyKey: `credit ${key}` },
      ),
    );
    await this.platform.write((em) =>
      rows(
        em,
        sql`insert into platform.tenant_event (tenant_id, status, reason, by_id, by_name)
            values (${tenantId}, ${`credit ${amount} ${currency}`}, ${reason}, ${actor.id}, ${actor.name})`,
      ),
    );
  }

  private async fetch(customerId: string): Promise<Mirror> {
    return this.stripe.ask(async (api) => {
      const customer = await api.customers.retrieve(customerId, {
        expand: ['invoice_settings.default_payment_method'],
      });
      if (customer.deleted) return NOTHING;
      const [subscriptions, invoices] = await Promise.all([
        api.subscriptions.list({
          customer: customerId,
          status: 'all',
          limit: 20,
          expand: ['data.default_payment_method', 'data.schedule'],
        }),
        api.invoices.list({ customer: customerId, status: 'open', limit: 20 }),
      ]);
      return mirrorOf(subscriptions.data, invoices.data, customer);
    });
  }
}

const account = ({ customerId, mirror, ...row }: Row): Account => ({
  ...row,
  customerId: customerId!,
  mirror: mirror ?? NOTHING,
});

/** The database keeps the fields of JSON in an order of its own. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}
