import { Get, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { ConsoleController, CurrentActor, CurrentVisit, Form, View, type Visit } from '@foyer/web';
import {
  AccountPages,
  emailForm,
  type EmailForm,
  mailsForm,
  type MailsForm,
  passwordForm,
  type PasswordForm,
  profileForm,
  type ProfileForm,
} from '../account-view.js';
import { Accounts } from '../accounts.js';
import type { PortalActor } from '../portal-actor.js';

@ConsoleController('account')
export class ConsoleAccountController {
  private readonly pages: AccountPages;

  constructor(accounts: Accounts) {
    this.pages = new AccountPages(accounts, '/console');
  }

  @Get()
  @View('identity/team/account')
  page(@CurrentVisit() visit: Visit, @CurrentActor() actor: PortalActor) {
    return this.pages.show(visit, actor);
  }

  @Post('profile')
  @View('identity/team/account')
  profile(@CurrentVisit() visit: Visit, @CurrentActor() actor: PortalActor, @Form(profileForm) form: ProfileForm) {
    return this.pages.changeProfile(visit, actor, form);
  }

  @Post('mails')
  @View('identity/team/account')
  mails(@CurrentVisit() visit: Visit, @CurrentActor() actor: PortalActor, @Form(mailsForm) form: MailsForm) {
    return this.pages.chooseMails(visit, actor, form);
  }

  @Post('password')
  @View('identity/team/account')
  password(@CurrentVisit() visit: Visit, @CurrentActor() actor: PortalActor, @Form(passwordForm) form: PasswordForm) {
    return this.pages.changePassword(visit, actor, form);
  }

  @Post('email')
  @View('identity/team/account')
  email(@CurrentVisit() visit: Visit, @CurrentActor() actor: PortalActor, @Form(emailForm) form: EmailForm) {
    return this.pages.changeEmail(visit, actor, form);
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
