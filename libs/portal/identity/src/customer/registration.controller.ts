import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import {
  Ask,
  type Asked,
  field,
  type FormState,
  Guest,
  PortalController,
  safeReturn,
  seeOther,
  show,
  View,
} from '@foyer/web';
import { Registrations, type Verification } from '../registrations.js';
import { Arrivals } from '../arrivals.js';
import { arriving, byLink, goingOn, linkExpired, linkToken, required } from '../coming-in.js';
import { SignInRules } from '../sign-in-rules.js';
import type { PortalActor } from '../portal-actor.js';

const registerForm = z.object({
  name: field.name(100),
  email: field.email,
  return_to: z.string().max(300).optional().catch(undefined),
});
/** Name and password are wanted only from who has no password yet; the verb knows who has. */
const verifyForm = z.object({
  token: linkToken,
  name: field.optionalName(100),
  phone: field.optionalText(40),
  password: z.string().max(1000).default(''),
});
const registering = { form: registerForm };
const verifying = { form: verifyForm };

@PortalController()
export class RegistrationController {
  constructor(
    private readonly registrations: Registrations,
    private readonly arrivals: Arrivals,
    private readonly rules: SignInRules,
  ) {}

  @Get('register')
  @Guest()
  @View('identity/customer/register')
  page(@Ask(arriving) { visit, return_to: returnTo }: Asked<typeof arriving>) {
    return this.view(visit.form(), returnTo);
  }

  @Post('register')
  @Guest()
  @View('identity/customer/register')
  async register(@Ask(registering) { visit, form }: Asked<typeof registering>) {
    await form.attempt(({ name, email, return_to: wanted }) =>
      this.registrations.register(
        { name, email, returnTo: safeReturn(wanted, '') || null },
        visit.locale,
        visit.device.ip ?? '',
      ),
    );
    if (form.failed) return this.view(form, form.values['return_to']);
    return show('identity/customer/check-mail', { email: form.value.email, purpose: 'verify' });
  }

  /** Only the button uses the link up: programs that look through mails follow links, and people do so twice. */
  @Get('verify')
  @Guest()
  @View('identity/customer/verify')
  async link(@Ask(byLink) { visit, token }: Asked<typeof byLink>) {
    const verification = token && (await this.registrations.verification(token));
    if (!verification) return linkExpired();
    return this.verification(token, verification, visit.form({ name: verification.name }));
  }

  @Post('verify')
  @Guest()
  @View('identity/customer/verify')
  async verify(@Ask(verifying) { visit, actor, form }: Asked<typeof verifying, PortalActor>) {
    const token = form.secret('token');
    const verification = await this.registrations.verification(token);
    if (!verification) return linkExpired();
    if (!verification.hasPassword) required(form, 'name', 'password');
    const done = await form.attempt(({ name, phone, password }) =>
      this.registrations.verify(token, verification.hasPassword ? null : { name, phone, password }),
    );
    if (form.failed) return this.verification(token, verification, form);
    if (!done) return linkExpired();
    const { person, isNew, returnTo } = done;
    const home = person.teamRole ? '/console' : '/';
    // The link proves the mailbox. Into an account that has a password leads only that.
    if (!isNew && actor.id !== person.id) return seeOther(home === '/' ? '/sign-in' : '/console/sign-in', DONE);
    const to = safeReturn(returnTo, home);
    return isNew ? this.arrivals.arrive(visit, person, { way: 'link', to, flash: DONE }) : seeOther(to, DONE);
  }

  private view(form: FormState<unknown>, returnTo: unknown) {
    return { form, ...goingOn(returnTo) };
  }

  private async verification(token: string, { email, hasPassword }: Verification, form: FormState<unknown>) {
    const heading = hasPassword ? 'identity.verify.heading' : 'identity.verify.complete';
    return {
      token,
      email,
      heading,
      change: false,
      chooses: !hasPassword,
      least: await this.rules.passwordLength(),
      form,
    };
  }
}

const DONE = 'identity.verify.done';
