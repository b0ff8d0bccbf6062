import { Get, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import { type Config, CONFIG } from '@foyer/config';
import { CurrentVisit, field, Form, type FormState, Guest, show, SiteController, View, type Visit } from '@foyer/web';
import { Packs, slug } from '@foyer/tenants';
import { PLANS } from './plans.js';
import { Signup } from './signup.js';

const signUpForm = z.object({
  business: field.text(80),
  slug,
  name: field.text(100),
  email: field.email,
  password: field.password,
  plan: z.enum(PLANS),
  blueprint: z
    .string()
    .max(40)
    .transform((value) => value || null),
});

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
  page(@CurrentVisit() visit: Visit) {
    return this.view(visit, visit.form({ plan: 'team', blueprint: this.packs.blueprints()[0]?.id ?? '' }));
  }

  @Post('sign-up')
  @Guest()
  @View('signup/site/home')
  async open(@CurrentVisit() visit: Visit, @Form(signUpForm) form: FormState<z.output<typeof signUpForm>>) {
    const opened = await form.attempt((business) => this.signup.open(business, visit.locale, visit.device.ip ?? ''));
    if (!opened) return this.view(visit, form);
    const { tenant, entry } = opened;
    return show('signup/site/done', {
      name: tenant.name,
      address: new URL(tenant.origin).host,
      url: tenant.origin,
      entry,
    });
  }

  private view(visit: Visit, form: FormState<unknown>) {
    return {
      form,
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
