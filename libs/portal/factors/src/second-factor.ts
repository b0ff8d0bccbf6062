import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Arrival, arrivalSteps, sessionDemands } from '@foyer/identity';
import { Slots } from '@foyer/slots';
import { Demands } from './demands.js';
import { Factors } from './factors.js';

/** The step between what somebody knows and their session. */
export const STEP = 'second-factor';
export const CODE_PAGE = '/sign-in/code';
export const SET_UP_PAGE = '/sign-in/set-up';

/**
 * Who has something beside their password shows it, whatever way they came (ASVS 6.4.3: no link passes it by). Who has nothing and
 * must have is led to set it up before they are in.
 */
@Injectable()
export class SecondFactor implements OnModuleInit {
  constructor(
    private readonly factors: Factors,
    private readonly demands: Demands,
    private readonly slots: Slots,
  ) {}

  onModuleInit(): void {
    this.slots.fill(arrivalSteps, 10, { name: STEP, page: (arrival) => this.page(arrival) });
    this.slots.fill(sessionDemands, 10, (session) => this.demands.ofSession(session));
  }

  private async page({ person, factor }: Arrival): Promise<string | null> {
    if (factor !== null) return null;
    if (await this.factors.has(person.id)) return CODE_PAGE;
    const isDemanded = (await this.demands.isDemandedOf(person)) || (await this.factors.whyNeeded(person.id)) !== null;
    return isDemanded ? SET_UP_PAGE : null;
  }
}
