import { Get, Post } from '@nestjs/common';
import { Ask, type Asked, ConsoleController, Guest, Repeatable, safeReturn, seeOther, View } from '@foyer/web';
import { arriving, enter, leave, signInForm } from '../coming-in.js';
import type { PortalActor } from '../portal-actor.js';
import { SignIn } from '../sign-in.js';

const entering = { form: signInForm };

@ConsoleController()
export class ConsoleSignInController {
  constructor(private readonly signIn: SignIn) {}

  @Get('sign-in')
  @Guest()
  @View('identity/team/sign-in')
  page(@Ask(arriving) { visit, actor, return_to: returnTo }: Asked<typeof arriving>) {
    if ((actor as PortalActor).teamRole) return seeOther(safeReturn(returnTo, '/console'));
    return { form: visit.form(), returnTo: safeReturn(returnTo, '') || null };
  }

  @Post('sign-in')
  @Guest()
  @Repeatable()
  @View('identity/team/sign-in')
  async enter(@Ask(entering) { visit, form }: Asked<typeof entering>) {
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
  leave(@Ask() { visit }: Asked) {
    return leave(this.signIn, visit, '/console/sign-in');
  }
}
