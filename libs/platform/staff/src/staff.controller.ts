import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { AdminController, Ask, type Asked, field, Guest, Repeatable, safeReturn, seeOther, View } from '@foyer/web';
import { Staff } from './staff.js';
import type { StaffActor } from './staff-principals.js';

const signInForm = z.object({
  email: field.signInEmail,
  password: field.password,
  return_to: z.string().optional().catch(undefined),
});
const passwordForm = z.object({ current_password: field.password, password: field.password });
const arriving = { given: ['return_to'] } as const;
const entering = { form: signInForm };
const changing = { form: passwordForm };

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
  page(@Ask(arriving) { visit, actor, return_to: returnTo }: Asked<typeof arriving, StaffActor>) {
    if (actor.kind === 'staff') return seeOther(safeReturn(returnTo, '/tenants'));
    return { form: visit.form(), returnTo: safeReturn(returnTo, '') || null };
  }

  @Post('sign-in')
  @Guest()
  @Repeatable()
  @View('staff/sign-in')
  async enter(@Ask(entering) { visit, form }: Asked<typeof entering>) {
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
  async leave(@Ask() { visit }: Asked) {
    const secret = visit.cookie('session');
    if (secret) await this.staff.signOut(secret);
    visit.signOut();
    return seeOther('/sign-in');
  }

  @Get('account')
  @View('staff/account')
  account(@Ask() { visit, actor: { name } }: Asked<object, StaffActor>) {
    return { form: visit.form(), name };
  }

  @Post('account/password')
  @View('staff/account')
  async password(@Ask(changing) { actor, form }: Asked<typeof changing, StaffActor>) {
    await form.attempt(({ current_password, password }) =>
      this.staff.changePassword(actor, current_password, password),
    );
    return form.failed ? { form, name: actor.name } : seeOther('/account', 'staff.account.saved');
  }
}
