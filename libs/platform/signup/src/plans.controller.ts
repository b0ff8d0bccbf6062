import { Get } from '@nestjs/common';
import { NotFound } from '@foyer/access';
import { INTERVALS, Plans } from '@foyer/plans';
import { Ask, type Asked, Guest, SiteController, View } from '@foyer/web';
import { PriceList } from './price-list.js';
import { questions } from './questions.js';

const PATH = '/plans';
const choosing = { given: ['interval', 'currency'] } as const;

/** What a business gets for what it pays, before it signs up. */
@SiteController('plans')
export class PlansController {
  constructor(
    private readonly plans: Plans,
    private readonly prices: PriceList,
  ) {}

  @Get()
  @Guest()
  @View('signup/site/plans')
  page(@Ask(choosing) { visit, interval, currency }: Asked<typeof choosing>) {
    if (!this.plans.areSold) throw new NotFound();
    const choice = this.prices.choice(interval, currency);
    const to = (changes: object) => `${PATH}?${new URLSearchParams({ ...choice, ...changes }).toString()}`;
    return {
      ...{ days: this.plans.trialDays, interval: choice.interval, freeMonths: this.prices.freeMonths(choice) },
      intervals: INTERVALS.map((each) => ({
        label: visit.t(`signup.plans.by-${each}`),
        href: to({ interval: each }),
        current: each === choice.interval,
      })),
      currencies: this.plans.currencies.map((each) => ({
        label: each.toUpperCase(),
        href: to({ currency: each }),
        current: each === choice.currency,
      })),
      plans: this.prices.cards(visit, choice),
      rows: this.prices.comparison(visit, choice),
      questions: questions(visit, this.plans.trialDays),
    };
  }
}
