import { Get, Post } from '@nestjs/common';
import {
  Ask,
  type Asked,
  DuringMaintenance,
  type FormState,
  Guest,
  PortalController,
  Repeatable,
  safeReturn,
  type SeeOther,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { Arrivals } from '../arrivals.js';
import { arriving, enter, goingOn, leave, signInForm } from '../coming-in.js';
import { SignIn } from '../sign-in.js';
import { SignInRules } from '../sign-in-rules.js';

const signOutForm = signInForm.pick({ return_to: true });
const entering = { form: signInForm };
const leaving = { form: signOutForm };

@PortalController()
export class SignInController {
  constructor(
    readonly signIn: SignIn,
    readonly arrivals: Arrivals,
    private readonly rules: SignInRules,
  ) {}

  @Get('sign-in')
  @Guest()
  @DuringMaintenance({ closed: false })
  @View('identity/customer/sign-in')
  page(@Ask(arriving) { visit, actor, return_to: returnTo }: Asked<typeof arriving>) {
    if (actor.kind !== 'guest') return seeOther(safeReturn(returnTo, '/'));
    return this.view(visit, visit.form(), returnTo);
  }

  @Post('sign-in')
  @Guest()
  @Repeatable()
  @DuringMaintenance({ closed: false })
  @View('identity/customer/sign-in')
  async enter(@Ask(entering) { visit, form }: Asked<typeof entering>) {
    await this.arrivals.mayComeFrom(visit, 'customers');
    return (await enter(this, visit, form, '/')) ?? this.view(visit, form, form.values['return_to']);
  }

  @Post('sign-out')
  @Guest()
  @Repeatable()
  @DuringMaintenance()
  leave(@Ask(leaving) { visit, form }: Asked<typeof leaving>): Promise<SeeOther> {
    return leave(this, visit, safeReturn(form.values['return_to'], '/'));
  }

  private async view(visit: Visit, form: FormState<unknown>, wanted: unknown) {
    await this.arrivals.mayComeFrom(visit, 'customers');
    const { returnTo, query } = goingOn(wanted);
    const ways = await this.arrivals.ways(visit, 'portal', returnTo);
    const password = form.failed || (await this.rules.isOffered('customers', 'password'));
    return { form, returnTo, query, ways, can: { password, register: true } };
  }
}
