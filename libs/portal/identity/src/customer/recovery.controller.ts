import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import {
  Ask,
  type Asked,
  DuringMaintenance,
  field,
  type FormState,
  Guest,
  PortalController,
  show,
  View,
} from '@foyer/web';
import { Accounts } from '../accounts.js';
import { Arrivals } from '../arrivals.js';
import { SignInRules } from '../sign-in-rules.js';
import { byLink, linkExpired, linkToken } from '../coming-in.js';

const forgotForm = z.object({ email: field.email, ask: field.flag });
const resetForm = z.object({ token: linkToken, password: field.password });
const forgetting = { form: forgotForm };
const resetting = { form: resetForm };

@PortalController()
export class RecoveryController {
  constructor(
    private readonly accounts: Accounts,
    private readonly arrivals: Arrivals,
    private readonly rules: SignInRules,
  ) {}

  @Get('forgot')
  @Guest()
  @DuringMaintenance()
  @View('identity/customer/forgot')
  page(@Ask() { visit }: Asked) {
    return { form: visit.form() };
  }

  @Post('forgot')
  @Guest()
  @DuringMaintenance()
  @View('identity/customer/forgot')
  async forgot(@Ask(forgetting) { visit, form }: Asked<typeof forgetting>) {
    // From the sign-in, with the address that was typed there: the page asks before anything is sent.
    if (form.values['ask']) return { form: visit.form({ email: form.values['email'] }) };
    if (form.failed) return { form };
    await this.accounts.forgot(form.value.email);
    return show('identity/customer/check-mail', { email: form.value.email, purpose: 'reset' });
  }

  @Get('reset')
  @Guest()
  @DuringMaintenance()
  @View('identity/customer/reset')
  async link(@Ask(byLink) { visit, token }: Asked<typeof byLink>) {
    const valid = token !== null && (await this.accounts.mayReset(token));
    return valid ? this.choosing(token, visit.form()) : linkExpired();
  }

  @Post('reset')
  @Guest()
  @DuringMaintenance()
  @View('identity/customer/reset')
  async reset(@Ask(resetting) { visit, form }: Asked<typeof resetting>) {
    const token = form.secret('token');
    const person = await form.attempt((value) => this.accounts.reset(value.token, value.password));
    if (form.failed) return this.choosing(token, form);
    if (!person) return linkExpired();
    const to = person.teamRole ? '/console' : '/';
    return this.arrivals.arrive(visit, person, { way: 'link', to, flash: 'identity.reset.done' });
  }

  private async choosing(token: string, form: FormState<unknown>) {
    return { token, email: null, form, least: await this.rules.passwordLength() };
  }
}
