import { Get, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  CurrentVisit,
  field,
  Form,
  type FormState,
  Guest,
  PortalController,
  safeReturn,
  seeOther,
  show,
  View,
  type Visit,
} from '@foyer/web';
import { Accounts } from '../accounts.js';
import { SignIn } from '../sign-in.js';

const registerForm = z.object({
  name: field.text(100),
  email: field.email,
  password: field.password,
  phone: field.optionalText(40),
  return_to: z.string().optional().catch(undefined),
});
const tokenForm = z.object({ token: z.string().min(20).max(100) });

@PortalController()
export class RegistrationController {
  constructor(
    private readonly accounts: Accounts,
    private readonly signIn: SignIn,
  ) {}

  @Get('register')
  @Guest()
  @View('identity/customer/register')
  page(@CurrentVisit() visit: Visit, @Query('return_to') returnTo?: unknown) {
    return this.view(visit.form(), returnTo);
  }

  @Post('register')
  @Guest()
  @View('identity/customer/register')
  async register(@CurrentVisit() visit: Visit, @Form(registerForm) form: FormState<z.output<typeof registerForm>>) {
    await form.attempt((registration) => this.accounts.register(registration, visit.locale, visit.device.ip ?? ''));
    if (form.failed) return this.view(form, form.values['return_to']);
    return show('identity/customer/check-mail', { email: form.value.email, purpose: 'verify' });
  }

  /** Only the button uses the link up: programs that look through mails follow links, and people do so twice. */
  @Get('verify')
  @Guest()
  @View('identity/customer/verify')
  async link(@Query('token') token?: unknown) {
    const email = typeof token === 'string' ? await this.accounts.addressOf(token) : null;
    return { valid: email !== null, token, email, change: false };
  }

  @Post('verify')
  @Guest()
  async verify(@CurrentVisit() visit: Visit, @Form(tokenForm) form: FormState<z.output<typeof tokenForm>>) {
    const person = form.failed ? null : await this.accounts.verify(form.value.token);
    if (!person) return show('identity/customer/link-expired', {}, 410);
    const { secret, device } = await this.signIn.start(person, visit.device, visit.cookie('session'));
    visit.signIn(secret, device);
    return seeOther(person.teamRole ? '/console' : '/', 'identity.verify.done');
  }

  private view(form: FormState<unknown>, returnTo: unknown) {
    return { form, fields: { company: false, phone: true }, returnTo: safeReturn(returnTo, '') || null };
  }
}
