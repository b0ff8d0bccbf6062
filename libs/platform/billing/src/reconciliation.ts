import { Injectable, Logger } from '@nestjs/common';
import { PlatformDatabase, rows, sql } from '@foyer/database';
import { Every } from '@foyer/events';
import { BillingAccounts } from './billing-accounts.js';
import { StripeApi } from './stripe-api.js';

/** What a night's comparison found. */
export interface Reconciled {
  looked: number;
  /** Tenants of which Stripe said something else than we thought. */
  repaired: string[];
  failed: number;
}

/** Each night everybody's affairs are looked at again, as if every event of the day had been lost. */
@Injectable()
export class Reconciliation {
  private readonly log = new Logger('Reconciliation');

  constructor(
    private readonly platform: PlatformDatabase,
    private readonly accounts: BillingAccounts,
    private readonly stripe: StripeApi,
  ) {}

  @Every(86_400, 'billing.reconciliation')
  async run(): Promise<Reconciled> {
    const found: Reconciled = { looked: 0, repaired: [], failed: 0 };
    if (!this.stripe.isOn) return found;
    for await (const account of this.accounts.all()) {
      found.looked += 1;
      try {
        if (!(await this.accounts.refresh(account))) continue;
      } catch (error) {
        found.failed += 1;
        this.log.warn(`${account.tenantId}: ${(error as Error).message}`);
        continue;
      }
      found.repaired.push(account.tenantId);
      await this.report(account.tenantId);
    }
    this.log.log(`${found.looked} looked at, ${found.repaired.length} repaired, ${found.failed} failed`);
    return found;
  }

  /** Staff see it in the tenant's history. */
  private async report(tenantId: string): Promise<void> {
    await this.platform.write((em) =>
      rows(
        em,
        sql`insert into platform.tenant_event (tenant_id, status, reason)
            select id, status, 'reconciled' from platform.tenant where id = ${tenantId}`,
      ),
    );
  }
}
