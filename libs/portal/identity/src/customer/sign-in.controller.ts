import { Get, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { type Actor } from '@foyer/access';
import {
  CurrentActor,
  CurrentVisit,
  DuringMaintenance,
  field,
  Form,
  type FormState,
  Guest,
  PortalController,
  safeReturn,
  type SeeOther,
  seeOther,
  View,
  type Visit,
  Repeatable,
} from '@foyer/web';
import { goingOn } from '../account-view.js';
import { SignIn } from '../sign-in.js';

export const signInForm = z.object({
  email: field.signInEmail,
  password: field.password,
  return_to: z.string().optional().catch(undefined),
});
const signOutForm = signInForm.pick({ return_to: true });
export type SignInForm = z.output<typeof signInForm>;

@PortalController()
export class SignInController {
  constructor(private readonly signIn: SignIn) {}

  @Get('sign-in')
  @Guest()
  @DuringMaintenance({ closed: false })
  @View('identity/customer/sign-in')
  page(@CurrentVisit() visit: Visit, @CurrentActor() actor: Actor, @Query('return_to') returnTo?: unknown) {
    if (actor.kind !== 'guest') return seeOther(safeReturn(returnTo, '/'));
    return this.view(visit.form(), returnTo);
  }

  @Post('sign-in')
  @Guest()
  @Repeatable()
  @DuringMaintenance({ closed: false })
  @View('identity/customer/sign-in')
  async enter(@CurrentVisit() visit: Visit, @Form(signInForm) form: FormState<SignInForm>) {
    return (await enter(this.signIn, visit, form, '/')) ?? this.view(form, form.values['return_to']);
  }

  @Post('sign-out')
  @Guest()
  @Repeatable()
  @DuringMaintenance()
  leave(
    @CurrentVisit() visit: Visit,
    @Form(signOutForm) form: FormState<z.output<typeof signOutForm>>,
  ): Promise<SeeOther> {
    return leave(this.signIn, visit, safeReturn(form.values['return_to'], '/'));
  }

  private view(form: FormState<unknown>, returnTo: unknown) {
    return { form, ...goingOn(returnTo), can: { register: true } };
  }
}

/** Signs in from either door; undefined when the form has to be shown again. */
export async function enter(
  signIn: SignIn,
  visit: Visit,
  form: FormState<SignInForm>,
  home: string,
): Promise<SeeOther | undefined> {
  const done = await form.attempt(({ email, password }) => enterAs(signIn, visit, email, password));
  return done === undefined ? undefined : seeOther(safeReturn(form.value.return_to, home));
}

/** Signs this browser in. @returns the person's id. @throws InvalidField, TooMany */
export async function enterAs(signIn: SignIn, visit: Visit, email: string, password: string): Promise<string> {
  const device = { ...visit.device, known: visit.cookie('device') };
  const done = await signIn.withPassword(email, password, device, visit.cookie('session'));
  visit.signIn(done.secret, done.device);
  return done.person.id;
}

/** Ends the session of this browser, also one that is over already. */
export async function leave(signIn: SignIn, visit: Visit, to: string): Promise<SeeOther> {
  const secret = visit.cookie('session');
  if (secret) await signIn.out(secret);
  visit.signOut();
  return seeOther(to, 'identity.sign-out.done');
}
