import { Get, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  CurrentVisit,
  DuringMaintenance,
  field,
  Form,
  type FormState,
  Guest,
  PortalController,
  seeOther,
  show,
  View,
  type Visit,
} from '@foyer/web';
import { Accounts } from '../accounts.js';
import { SignIn } from '../sign-in.js';

const forgotForm = z.object({ email: field.email, ask: field.flag });
const resetForm = z.object({ token: z.string().min(20).max(100), password: field.password });

@PortalController()
export class RecoveryController {
  constructor(
    private readonly accounts: Accounts,
    private readonly signIn: SignIn,
  ) {}

  @Get('forgot')
  @Guest()
  @DuringMaintenance()
  @View('identity/customer/forgot')
  page(@CurrentVisit() visit: Visit) {
    return { form: visit.form() };
  }

  @Post('forgot')
  @Guest()
  @DuringMaintenance()
  @View('identity/customer/forgot')
  async forgot(@CurrentVisit() visit: Visit, @Form(forgotForm) form: FormState<z.output<typeof forgotForm>>) {
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
  async link(@CurrentVisit() visit: Visit, @Query('token') token?: unknown) {
    const valid = typeof token === 'string' && (await this.accounts.mayReset(token));
    return valid ? { token, email: null, form: visit.form() } : show('identity/customer/link-expired', {}, 410);
  }

  @Post('reset')
  @Guest()
  @DuringMaintenance()
  @View('identity/customer/reset')
  async reset(@CurrentVisit() visit: Visit, @Form(resetForm) form: FormState<z.output<typeof resetForm>>) {
    const token = form.secret('token');
    const person = await form.attempt((value) => this.accounts.reset(value.token, value.password));
    if (form.failed) return { token, email: null, form };
    if (!person) return show('identity/customer/link-expired', {}, 410);
    const { secret, device } = await this.signIn.start(person, visit.device, visit.cookie('session'));
    visit.signIn(secret, device);
    return seeOther(person.teamRole ? '/console' : '/', 'identity.reset.done');
  }
}
