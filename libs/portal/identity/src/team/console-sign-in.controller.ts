import { Get, Post } from '@nestjs/common';
import {
  Ask,
  type Asked,
  ConsoleController,
  type FormState,
  Guest,
  Repeatable,
  safeReturn,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { Arrivals } from '../arrivals.js';
import { arriving, enter, goingOn, leave, signInForm } from '../coming-in.js';
import type { PortalActor } from '../portal-actor.js';
import { SignIn } from '../sign-in.js';

const entering = { form: signInForm };

@ConsoleController()
export class ConsoleSignInController {
  constructor(
    readonly signIn: SignIn,
    readonly arrivals: Arrivals,
  ) {}

  @Get('sign-in')
  @Guest()
  @View('identity/team/sign-in')
  page(@Ask(arriving) { visit, actor, return_to: returnTo }: Asked<typeof arriving>) {
    if ((actor as PortalActor).teamRole) return seeOther(safeReturn(returnTo, '/console'));
    return this.view(visit, visit.form(), returnTo);
  }

  @Post('sign-in')
  @Guest()
  @Repeatable()
  @View('identity/team/sign-in')
  async enter(@Ask(entering) { visit, form }: Asked<typeof entering>) {
    await this.arrivals.mayComeFrom(visit, 'team');
    return (await enter(this, visit, form, '/console')) ?? this.view(visit, form, form.values['return_to']);
  }

  @Post('sign-out')
  @Guest()
  @Repeatable()
  leave(@Ask() { visit }: Asked) {
    return leave(this, visit, '/console/sign-in');
  }

  private async view(visit: Visit, form: FormState<unknown>, wanted: unknown) {
    await this.arrivals.mayComeFrom(visit, 'team');
    const { returnTo } = goingOn(wanted);
    return { form, returnTo, ways: await this.arrivals.ways(visit, 'console', returnTo) };
  }
}
