import { Get, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  CurrentActor,
  CurrentVisit,
  Form,
  type FormState,
  PortalController,
  seeOther,
  show,
  View,
  type Visit,
} from '@foyer/web';
import {
  AccountPages,
  emailForm,
  type EmailForm,
  passwordForm,
  type PasswordForm,
  profileForm,
  type ProfileForm,
} from '../account-view.js';
import { Accounts } from '../accounts.js';
import type { PortalActor } from '../portal-actor.js';

const tokenForm = z.object({ token: z.string().min(20).max(100) });

@PortalController('account')
export class AccountController {
  private readonly pages: AccountPages;

  constructor(private readonly accounts: Accounts) {
    this.pages = new AccountPages(accounts, '');
  }

  @Get()
  @View('identity/customer/account')
  page(@CurrentVisit() visit: Visit, @CurrentActor() actor: PortalActor) {
    return this.pages.show(visit, actor);
  }

  @Post('profile')
  @View('identity/customer/account')
  profile(@CurrentVisit() visit: Visit, @CurrentActor() actor: PortalActor, @Form(profileForm) form: ProfileForm) {
    return this.pages.changeProfile(visit, actor, form);
  }

  @Post('password')
  @View('identity/customer/account')
  password(@CurrentVisit() visit: Visit, @CurrentActor() actor: PortalActor, @Form(passwordForm) form: PasswordForm) {
    return this.pages.changePassword(visit, actor, form);
  }

  @Post('email')
  @View('identity/customer/account')
  email(@CurrentVisit() visit: Visit, @CurrentActor() actor: PortalActor, @Form(emailForm) form: EmailForm) {
    return this.pages.changeEmail(visit, actor, form);
  }

  @Get('email')
  @View('identity/customer/verify')
  async emailLink(@CurrentActor() actor: PortalActor, @Query('token') token?: unknown) {
    if (token === undefined) return seeOther('/account'); // where a new address that was refused stands
    const email = typeof token === 'string' ? await this.accounts.newAddressOf(actor, token) : null;
    return email === null
      ? show('identity/customer/link-expired', {}, 410)
      : { token, email, heading: 'identity.verify.heading', change: true, chooses: false };
  }

  @Post('email/confirmation')
  async confirmEmail(@CurrentActor() actor: PortalActor, @Form(tokenForm) form: FormState<z.output<typeof tokenForm>>) {
    const done = !form.failed && (await this.accounts.confirmEmail(actor, form.value.token));
    return done
      ? seeOther('/account', 'identity.account.email-changed')
      : show('identity/customer/link-expired', {}, 410);
  }

  @Post('sessions/others/end')
  endOtherSessions(@CurrentActor() actor: PortalActor) {
    return this.pages.endOtherSessions(actor);
  }

  @Post('sessions/:id/end')
  endSession(@CurrentActor() actor: PortalActor, @Param('id', ParseUUIDPipe) id: string) {
    return this.pages.endSession(actor, id);
  }
}
