import { Get, Post, Query } from '@nestjs/common';
import { type Actor } from '@foyer/access';
import {
  ConsoleController,
  CurrentActor,
  CurrentVisit,
  Form,
  type FormState,
  Guest,
  safeReturn,
  seeOther,
  View,
  type Visit,
  Repeatable,
} from '@foyer/web';
import { enter, leave, signInForm, type SignInForm } from '../customer/sign-in.controller.js';
import type { PortalActor } from '../portal-actor.js';
import { SignIn } from '../sign-in.js';

@ConsoleController()
export class ConsoleSignInController {
  constructor(private readonly signIn: SignIn) {}

  @Get('sign-in')
  @Guest()
  @View('identity/team/sign-in')
  page(@CurrentVisit() visit: Visit, @CurrentActor() actor: Actor, @Query('return_to') returnTo?: unknown) {
    if ((actor as PortalActor).teamRole) return seeOther(safeReturn(returnTo, '/console'));
    return { form: visit.form(), returnTo: safeReturn(returnTo, '') || null };
  }

  @Post('sign-in')
  @Guest()
  @Repeatable()
  @View('identity/team/sign-in')
  async enter(@CurrentVisit() visit: Visit, @Form(signInForm) form: FormState<SignInForm>) {
    return (
      (await enter(this.signIn, visit, form, '/console')) ?? {
        form,
        returnTo: safeReturn(form.values['return_to'], '') || null,
      }
    );
  }

  @Post('sign-out')
  @Guest()
  @Repeatable()
  leave(@CurrentVisit() visit: Visit) {
    return leave(this.signIn, visit, '/console/sign-in');
  }
}
