import { Get, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import { type Config, CONFIG } from '@foyer/config';
import { MIN_LENGTH } from '@foyer/credentials';
import { isTimeZone } from '@foyer/i18n';
import { Ask, type Asked, type FormState, Guest, show, SiteController, View, type Visit } from '@foyer/web';
import { Packs, newTenantFields } from '@foyer/tenants';
import { PLANS } from './plans.js';
import { Signup } from './signup.js';

const signUpForm = z.object({
  ...newTenantFields,
  plan: z.enum(PLANS),
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
const signingUp = { form: signUpForm };

@SiteController()
export class SignupController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly signup: Signup,
    private readonly packs: Packs,
  ) {}

  @Get()
  @Guest()
  @View('signup/site/home')
  page(@Ask() { visit }: Asked) {
    return this.view(visit, visit.form({ plan: 'team', blueprint: this.packs.blueprints()[0]?.id ?? '' }));
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
    const kept = 'kept' in password ? password.kept : null;
    const opened = await form.attempt((business) =>
      this.signup.open(business, 'hash' in password ? password.hash : '', visit.locale, ip, visit.regionAsked),
    );
    if (!opened) return this.view(visit, form, kept);
    const { tenant, entry } = opened;
    return show('signup/site/done', {
      name: tenant.name,
      address: new URL(tenant.origin).host,
      url: tenant.origin,
      entry,
    });
  }

  private view(visit: Visit, form: FormState<unknown>, keptPassword: string | null = null) {
    return {
      form,
      keptPassword,
      suffix: `.${this.config.baseUrl.host}`,
      plans: PLANS.map((value) => ({
        value,
        label: visit.t(`signup.plan.${value}.title`),
        hint: visit.t(`signup.plan.${value}.text`),
      })),
      blueprints: this.packs.blueprints().map(({ id }) => ({
        value: id,
        label: visit.t(`signup.blueprint.${id}.title`),
        hint: visit.t(`signup.blueprint.${id}.text`),
      })),
    };
  }
}
