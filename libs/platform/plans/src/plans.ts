import { readFileSync } from 'node:fs';
import { Inject, Injectable } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { EVERYTHING, FEATURES, LIMITS } from '@foyer/entitlements';
import { messages, translate } from '@foyer/i18n';
import type { Entitled } from '@foyer/tenancy';
import { z } from 'zod';

export const INTERVALS = ['month', 'year'] as const;
export type Interval = (typeof INTERVALS)[number];

const OWN = new URL('../plans.json', import.meta.url);
const cents = z.number().int().min(0).max(100_000_000);
const currency = z.string().regex(/^[a-z]{3}$/, 'must be a code of three small letters, like eur');
/** In one language for all, or by language. */
const words = z.union([z.string().min(1), z.record(z.string(), z.string().min(1))]);
const plan = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/),
  /** Of plans that our own texts (`signup.plan.<id>`) do not know, or that are to be called otherwise. */
  name: words.optional(),
  text: words.optional(),
  /** In cents (the currency's smallest unit), without tax. */
  prices: z.record(currency, z.strictObject({ month: cents, year: cents })),
  /** One that is not named has no limit. */
  limits: z.partialRecord(z.enum(LIMITS), z.number().int().min(0)),
  features: z.array(z.enum(FEATURES)),
  /** What each one beyond the limit costs, in cents. Without: the limit is the end. */
  metered: z.strictObject({ tickets: z.record(currency, cents) }).optional(),
});
const declaration = z
  .strictObject({
    trialDays: z.number().int().min(1).max(365),
    /** What a business may try before it has chosen. */
    trialPlan: z.string(),
    currencies: z.array(currency).min(1),
    /** From the smallest to the largest. */
    plans: z.array(plan).min(1),
  })
  .superRefine(({ plans, currencies, trialPlan }, context) => {
    const ids = plans.map(({ id }) => id);
    if (new Set(ids).size < ids.length) context.addIssue('two plans have one id');
    if (!ids.includes(trialPlan)) context.addIssue('trialPlan is none of the plans');
    for (const { id, prices, metered } of plans)
      for (const each of currencies)
        if (!prices[each] || (metered && metered.tickets[each] === undefined))
          context.addIssue(`the plan ${id} has no price in ${each}`);
  });
export type Plan = z.output<typeof plan>;

/** What staff let a tenant have beside its plan, with their reason. A limit of `null` is none. */
export interface Allowance {
  limits?: Record<string, number | null>;
  features?: Record<string, boolean>;
  metered?: string[];
}

/** The plans of this installation, as its declaration (`plans.json`, or the file `PLANS_FILE`) says. */
@Injectable()
export class Plans {
  private readonly declared: z.output<typeof declaration>;

  /** @throws Error that names the file and what is wrong with it. */
  constructor(@Inject(CONFIG) private readonly config: Config) {
    const file = config.plansFile ?? OWN;
    const read = declaration.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    if (!read.success) throw new Error(`${String(file)}: ${z.prettifyError(read.error)}`);
    this.declared = read.data;
  }

  /** From the smallest to the largest. */
  all(): readonly Plan[] {
    return this.declared.plans;
  }

  /** Null for one that was taken out of the declaration; whoever has it keeps it by what staff allow. */
  find(id: string): Plan | null {
    return this.declared.plans.find((each) => each.id === id) ?? null;
  }

  /** What people call it, also one that is gone: never a key. */
  title(id: string, locale: string): string {
    return this.words(id, 'title', this.find(id)?.name, locale) ?? id;
  }

  /** For whom it is, in a sentence. Null where nobody says. */
  text(id: string, locale: string): string | null {
    return this.words(id, 'text', this.find(id)?.text, locale);
  }

  /** 0 is the smallest; a plan that is gone is below all. */
  rank(id: string): number {
    return this.declared.plans.findIndex((each) => each.id === id);
  }

  get currencies(): readonly string[] {
    return this.declared.currencies;
  }

  get trialDays(): number {
    return this.declared.trialDays;
  }

  get trialPlan(): string {
    return this.declared.trialPlan;
  }

  /** Nobody pays here: without a key of Stripe every tenant has everything. */
  get areSold(): boolean {
    return this.config.stripe !== undefined;
  }

  private words(id: string, part: 'title' | 'text', declared: z.output<typeof words> | undefined, locale: string) {
    if (typeof declared === 'string') return declared;
    if (declared) return declared[locale] ?? declared['en'] ?? Object.values(declared)[0]!;
    const key = `signup.plan.${id}.${part}`;
    return messages.has(locale, key) ? translate(locale, key) : null;
  }

  /** What a tenant of this plan may do. A plan that nobody knows holds nothing of what can be bought. */
  entitled(id: string, { limits = {}, features = {}, metered }: Allowance = {}): Entitled {
    const plan = this.find(id);
    const base: Entitled = this.areSold
      ? {
          limits: { ...plan?.limits },
          features: plan?.features ?? [],
          metered: plan?.metered ? Object.keys(plan.metered) : [],
        }
      : EVERYTHING;
    const all = Object.entries({ ...base.limits, ...limits }).filter(([, limit]) => limit !== null);
    const has = new Set(base.features);
    for (const [feature, given] of Object.entries(features)) has[given ? 'add' : 'delete'](feature);
    return Object.freeze({
      limits: Object.freeze(Object.fromEntries(all) as Record<string, number>),
      features: Object.freeze([...has]),
      metered: Object.freeze(metered ?? base.metered),
    });
  }
}
