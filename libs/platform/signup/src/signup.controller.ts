import { Get, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import { type Config, CONFIG } from '@foyer/config';
import { MIN_LENGTH } from '@foyer/credentials';
import { isTimeZone } from '@foyer/i18n';
import { Plans } from '@foyer/plans';
import { Ask, type Asked, type FormState, Guest, show, SiteController, View, type Visit } from '@foyer/web';
import { Packs, newTenantFields } from '@foyer/tenants';
import { type Choice, PriceList } from './price-list.js';
import { questions } from './questions.js';
import { Signup } from './signup.js';

const signUpForm = z.object({
  ...newTenantFields,
  /** Asked where plans are sold. */
  plan: z.string().max(60).default(''),
  /** The browser's own, where it could tell. */
  timeZone: z
    .string()
    .optional()
    .transform((zone) => (zone && isTimeZone(zone) ? zone : 'UTC')),
});
const addressQuery = z.object({
  business: z.string().max(80).catch(''),
  slug: z.string().max(80).catch(''),
});
const suggesting = { query: addressQuery };
/** From the prices: the plan somebody has chosen there, and how they looked at it. */
const arriving = { given: ['plan', 'interval', 'currency'] } as const;
const signingUp = { form: signUpForm };

@SiteController()
export class SignupController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly signup: Signup,
    private readonly packs: Packs,
    private readonly plans: Plans,
    private readonly prices: PriceList,
  ) {}

  @Get()
  @Guest()
  @View('signup/site/home')
  page(@Ask(arriving) { visit, plan, interval, currency }: Asked<typeof arriving>) {
    const chosen = this.plans.find(plan ?? '')?.id ?? this.plans.trialPlan;
    const form = visit.form({ plan: chosen, blueprint: this.packs.blueprints()[0]?.id ?? '' });
    return this.view(visit, form, this.prices.choice(interval, currency));
  }

  /** While somebody types: an address that says their business's name, and whether the one they want can be had. */
  @Get('sign-up/address')
  @Guest()
  async address(@Ask(suggesting) { visit, query: { business, slug } }: Asked<typeof suggesting>) {
    const { suggestion, problem } = await this.signup.address(business, slug, visit.locale, visit.device.ip ?? '');
    return { suggestion, problem: problem && visit.t(problem) };
  }

  /** Everything that is wrong is told at once, and a password that will do is not asked for again. */
  @Post('sign-up')
  @Guest()
  @View('signup/site/home')
  async open(@Ask(signingUp) { visit, form }: Asked<typeof signingUp>) {
    const ip = visit.device.ip ?? '';
    const about = ['business', 'name', 'email'].map((each) => String(form.values[each] ?? ''));
    const password = await this.signup.password(form.secret('password'), form.secret('kept_password'), about, ip);
    if ('problem' in password) form.fail('password', password.problem, { min: MIN_LENGTH });
    const { problem } = await this.signup.address('', String(form.values['slug'] ?? ''), visit.locale, ip);
    if (problem) form.fail('slug', problem);
    const blueprint = form.values['blueprint'];
    if (blueprint && !this.packs.blueprints().some(({ id }) => id === blueprint))
      form.fail('blueprint', 'web.form.choice');
    if (this.plans.areSold && !this.plans.find(String(form.values['plan'] ?? ''))) form.fail('plan', 'web.form.choice');
    const kept = 'kept' in password ? password.kept : null;
    const opened = await form.attempt((business) =>
      this.signup.open(
        this.withPlan(business),
        'hash' in password ? password.hash : '',
        visit.locale,
        ip,
        visit.regionAsked,
      ),
    );
    const { interval, currency } = form.values;
    if (!opened) return this.view(visit, form, this.prices.choice(interval, currency), kept);
    const { tenant, entry } = opened;
    return show('signup/site/done', {
      name: tenant.name,
      address: new URL(tenant.origin).host,
      url: tenant.origin,
      entry,
    });
  }

  /** Where nothing is sold, nobody has chosen. */
  private withPlan<T extends { plan: string }>(business: T): T {
    return this.plans.areSold ? business : { ...business, plan: this.plans.trialPlan };
  }

  private view(visit: Visit, form: FormState<unknown>, choice: Choice, keptPassword: string | null = null) {
    const { areSold, trialDays } = this.plans;
    return {
      form,
      keptPassword,
      suffix: `.${this.config.baseUrl.host}`,
      ...choice,
      days: areSold ? trialDays : null,
      plans: areSold ? this.prices.cards(visit, choice) : [],
      questions: questions(visit, areSold ? trialDays : null),
      blueprints: this.packs.blueprints().map(({ id }) => ({
        value: id,
        label: visit.t(`signup.blueprint.${id}.title`),
        hint: visit.t(`signup.blueprint.${id}.text`),
      })),
    };
  }
}
