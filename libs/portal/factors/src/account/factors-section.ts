import { Injectable, type OnModuleInit } from '@nestjs/common';
import { accountSections } from '@foyer/identity';
import { Slots } from '@foyer/slots';
import { Factors } from '../factors.js';
import { Resets } from '../resets.js';
import { FEW } from '../recovery-codes.js';

/** What the account says of them, and the way to their page. */
@Injectable()
export class FactorsSection implements OnModuleInit {
  constructor(
    private readonly factors: Factors,
    private readonly resets: Resets,
    private readonly slots: Slots,
  ) {}

  onModuleInit(): void {
    for (const [on, base] of [
      ['portal', ''],
      ['console', '/console'],
    ] as const)
      this.slots.fill(accountSections, 10, { on, load: ({ id }) => this.section(id!, `${base}/account/security`) });
  }

  private async section(personId: string, href: string) {
    const count = (await this.factors.of(personId)).length;
    const left = await this.factors.codesLeft(personId);
    const pending = await this.resets.pendingOf(personId);
    const reset = { readyAt: pending?.readyAt.toISOString() ?? null, stop: `${href}/reset/stop` };
    return { template: 'factors/section', view: { count, left, few: left !== null && left <= FEW, href, ...reset } };
  }
}
