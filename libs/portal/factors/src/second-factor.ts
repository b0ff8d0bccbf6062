import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Arrival, arrivalSteps } from '@foyer/identity';
import { Slots } from '@foyer/slots';
import { Factors } from './factors.js';

/** The step between what somebody knows and their session. */
export const STEP = 'second-factor';
export const CODE_PAGE = '/sign-in/code';

/** Who has something beside their password shows it, whatever way they came (ASVS 6.4.3: no link passes it by). */
@Injectable()
export class SecondFactor implements OnModuleInit {
  constructor(
    private readonly factors: Factors,
    private readonly slots: Slots,
  ) {}

  onModuleInit(): void {
    this.slots.fill(arrivalSteps, 10, { name: STEP, page: (arrival) => this.page(arrival) });
  }

  private async page({ person, factor }: Arrival): Promise<string | null> {
    if (factor !== null) return null;
    return (await this.factors.has(person.id)) ? CODE_PAGE : null;
  }
}
