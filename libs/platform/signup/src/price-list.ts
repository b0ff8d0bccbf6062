import { Injectable } from '@nestjs/common';
import { FEATURES, type Limit, Usage } from '@foyer/entitlements';
import { type Formatters, formatters } from '@foyer/i18n';
import { type Interval, INTERVALS, type Plan, Plans } from '@foyer/plans';
import type { Visit } from '@foyer/web';

/** What a visitor looks at prices by. */
export interface Choice {
  interval: Interval;
  currency: string;
}

/** The plans as a business reads them before it signs up: what each costs, and what it holds. */
@Injectable()
export class PriceList {
  constructor(
    private readonly plans: Plans,
    private readonly usage: Usage,
  ) {}

  /** What an address says, as far as it means something. */
  choice(interval: unknown, currency: unknown): Choice {
    const { currencies } = this.plans;
    return {
      interval: INTERVALS.find((each) => each === interval) ?? INTERVALS[0],
      currency: currencies.find((each) => each === currency) ?? currencies[0]!,
    };
  }

  /** How many months a year costs less, where that is the same whole number for every plan. */
  freeMonths({ currency }: Choice): number {
    const all = new Set(
      this.plans.all().map(({ prices }) => {
        const { month, year } = prices[currency]!;
        return month === 0 ? 0 : 12 - year / month;
      }),
    );
    const [months] = all;
    return all.size === 1 && Number.isInteger(months) && months! > 0 ? months! : 0;
  }

  cards(visit: Visit, choice: Choice) {
    return this.plans.all().map((plan) => ({
      id: plan.id,
      title: this.plans.title(plan.id, visit.locale),
      text: this.plans.text(plan.id, visit.locale),
      ...this.price(visit, plan, choice),
      isSuggested: plan.id === this.plans.trialPlan,
      href: `/?${new URLSearchParams({ plan: plan.id, ...choice }).toString()}#start`,
      holds: [
        ...this.usage
          .counted()
          .filter((limit) => plan.limits[limit] !== 0)
          .map((limit) => this.amount(visit, plan, limit)),
        ...FEATURES.filter((feature) => plan.features.includes(feature)).map((each) =>
          visit.t(`signup.plans.feature.${each}`),
        ),
      ],
    }));
  }

  /** Each thing that plans differ by, plan by plan. */
  comparison(visit: Visit, { currency }: Choice) {
    const format = formatters(visit.region);
    const all = this.plans.all();
    const limits = this.usage.counted().map((limit) => ({
      label: visit.t(`signup.plans.row.${limit}`),
      cells: all.map(({ limits }) => ({ text: this.number(visit, format, limit, limits[limit]), has: null })),
    }));
    const further = {
      label: visit.t('signup.plans.row.further'),
      cells: all.map(({ metered }) =>
        metered
          ? { text: format.money(metered.tickets[currency]!, currency), has: null }
          : { text: visit.t('signup.plans.not-included'), has: false },
      ),
    };
    const features = FEATURES.map((feature) => ({
      label: visit.t(`signup.plans.feature.${feature}`),
      cells: all.map(({ features }) => {
        const has = features.includes(feature);
        return { text: visit.t(has ? 'signup.plans.included' : 'signup.plans.not-included'), has };
      }),
    }));
    return [...limits, ...(all.some(({ metered }) => metered) ? [further] : []), ...features];
  }

  private price({ region }: Visit, { prices }: Plan, { interval, currency }: Choice) {
    const { [interval]: cents } = prices[currency]!;
    const format = formatters(region);
    return {
      price: format.money(cents, currency),
      isFree: cents === 0,
      /** What a year comes to for each month. */
      monthly: interval === 'year' && cents > 0 ? format.money(Math.round(cents / 12), currency) : null,
    };
  }

  /** In a sentence's words: “3 team members”. */
  private amount(visit: Visit, { limits }: Plan, limit: Limit): string {
    const count = limits[limit];
    if (count === undefined) return visit.t(`signup.plans.unlimited.${limit}`);
    if (limit === 'storage')
      return visit.t('signup.plans.limit.storage', { size: formatters(visit.region).fileSize(count) });
    return visit.t(`signup.plans.limit.${limit}`, { count });
  }

  private number(visit: Visit, format: Formatters, limit: Limit, count: number | undefined): string {
    if (count === undefined) return visit.t('signup.plans.no-limit');
    if (count === 0) return visit.t('signup.plans.none');
    return limit === 'storage' ? format.fileSize(count) : format.number(count);
  }
}
