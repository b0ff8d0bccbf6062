import { Get, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  AdminController,
  CurrentActor,
  CurrentVisit,
  field,
  Form,
  type FormState,
  Guest,
  safeReturn,
  seeOther,
  View,
  type Visit,
  Repeatable,
} from '@foyer/web';
import { Staff } from './staff.js';
import type { StaffActor } from './staff-principals.js';

const signInForm = z.object({
  email: field.signInEmail,
  password: field.password,
  return_to: z.string().optional().catch(undefined),
});
const passwordForm = z.object({ current_password: field.password, password: field.password });

@AdminController()
export class StaffController {
  constructor(private readonly staff: Staff) {}

  @Get()
  home() {
    return seeOther('/tenants');
  }

  @Get('sign-in')
  @Guest()
  @View('staff/sign-in')
  page(@CurrentVisit() visit: Visit, @CurrentActor() actor: StaffActor, @Query('return_to') returnTo?: unknown) {
    if (actor.kind === 'staff') return seeOther(safeReturn(returnTo, '/tenants'));
    return { form: visit.form(), returnTo: safeReturn(returnTo, '') || null };
  }

  @Post('sign-in')
  @Guest()
  @Repeatable()
  @View('staff/sign-in')
  async enter(@CurrentVisit() visit: Visit, @Form(signInForm) form: FormState<z.output<typeof signInForm>>) {
    const secret = await form.attempt(({ email, password }) =>
      this.staff.signIn(email, password, visit.device, visit.cookie('session')),
    );
    if (!secret) return { form, returnTo: safeReturn(form.values['return_to'], '') || null };
    visit.signIn(secret);
    return seeOther(safeReturn(form.value.return_to, '/tenants'));
  }

  @Post('sign-out')
  @Guest()
  @Repeatable()
  async leave(@CurrentVisit() visit: Visit) {
    const secret = visit.cookie('session');
    if (secret) await this.staff.signOut(secret);
    visit.signOut();
    return seeOther('/sign-in');
  }

  @Get('account')
  @View('staff/account')
  account(@CurrentVisit() visit: Visit, @CurrentActor() { name }: StaffActor) {
    return { form: visit.form(), name };
  }

  @Post('account/password')
  @View('staff/account')
  async password(
    @CurrentActor() actor: StaffActor,
    @Form(passwordForm) form: FormState<z.output<typeof passwordForm>>,
  ) {
    await form.attempt(({ current_password, password }) =>
      this.staff.changePassword(actor, current_password, password),
    );
    return form.failed ? { form, name: actor.name } : seeOther('/account', 'staff.account.saved');
  }
}
