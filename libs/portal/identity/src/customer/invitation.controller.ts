import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import {
  Ask,
  type Asked,
  DuringMaintenance,
  field,
  type FormState,
  Guest,
  PortalController,
  seeOther,
  View,
} from '@foyer/web';
import { Invitations } from '../invitations.js';
import { Arrivals } from '../arrivals.js';
import { byLink, knownBy, linkExpired, linkToken, required } from '../coming-in.js';
import type { PortalActor } from '../portal-actor.js';
import { SignInRules } from '../sign-in-rules.js';
import { SignIn } from '../sign-in.js';

/** A name is wanted only from people without an account, and nothing of who is signed in to it. */
const invitationForm = z.object({
  token: linkToken,
  name: field.optionalName(100),
  password: z.string().max(1000).default(''),
});
const accepting = { form: invitationForm };
const ACCEPTED = 'identity.invitation.done';

@PortalController('invitation')
export class InvitationController {
  constructor(
    private readonly invitations: Invitations,
    private readonly signIn: SignIn,
    private readonly arrivals: Arrivals,
    private readonly rules: SignInRules,
  ) {}

  @Get()
  @Guest()
  @DuringMaintenance()
  @View('identity/customer/invitation')
  async link(@Ask(byLink) { visit, actor, token }: Asked<typeof byLink, PortalActor>) {
    const invitation = token && (await this.invitations.peek(token));
    if (!invitation) return linkExpired({ invitation: true });
    return this.view(actor, token, invitation, visit.form({ name: invitation.name }));
  }

  @Post()
  @Guest()
  @DuringMaintenance()
  @View('identity/customer/invitation')
  async accept(@Ask(accepting) { visit, actor, form }: Asked<typeof accepting, PortalActor>) {
    const token = form.secret('token');
    const invitation = await this.invitations.peek(token);
    if (!invitation) return linkExpired({ invitation: true });
    const { email, hasAccount } = invitation;
    const isTheirs = actor.id !== null && actor.email === email;
    if (!isTheirs) required(form, ...(hasAccount ? (['password'] as const) : (['name', 'password'] as const)));
    const person = await form.attempt(async ({ name, password }) => {
      if (!hasAccount && !isTheirs) return this.invitations.accept(token, { name, password });
      const known = isTheirs ? null : await knownBy(this.signIn, visit, email, password);
      return this.invitations.accept(token, { personId: known?.id ?? actor.id! });
    });
    if (form.failed) return this.view(actor, token, invitation, form);
    if (!person) return linkExpired({ invitation: true });
    const to = person.teamRole ? '/console' : '/';
    if (isTheirs) return seeOther(to, ACCEPTED);
    return this.arrivals.arrive(visit, person, { way: hasAccount ? 'password' : 'link', to, flash: ACCEPTED });
  }

  private async view(
    actor: PortalActor,
    token: string,
    invitation: NonNullable<Awaited<ReturnType<Invitations['peek']>>>,
    form: FormState<unknown>,
  ) {
    const { email, inviter, company, team, hasAccount } = invitation;
    const other = actor.id !== null && actor.email !== email ? { name: actor.name, email: actor.email } : null;
    const asks = actor.id !== null && actor.email === email ? 'nothing' : hasAccount ? 'password' : 'account';
    const back = `/invitation?token=${encodeURIComponent(token)}`;
    return { token, email, inviter, company, team, asks, other, back, least: await this.rules.passwordLength(), form };
  }
}
