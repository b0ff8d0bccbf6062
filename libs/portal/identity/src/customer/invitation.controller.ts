import { Get, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  CurrentActor,
  CurrentVisit,
  DuringMaintenance,
  field,
  Form,
  type FormState,
  Guest,
  PortalController,
  seeOther,
  show,
  View,
  type Visit,
} from '@foyer/web';
import { required } from '../account-view.js';
import { Invitations } from '../invitations.js';
import type { PortalActor } from '../portal-actor.js';
import { enterAs } from './sign-in.controller.js';
import { SignIn } from '../sign-in.js';

/** A name is wanted only from people without an account, and nothing of who is signed in to it. */
const invitationForm = z.object({
  token: z.string().min(20).max(100),
  name: field.optionalName(100),
  password: z.string().max(1000).default(''),
});

@PortalController('invitation')
export class InvitationController {
  constructor(
    private readonly invitations: Invitations,
    private readonly signIn: SignIn,
  ) {}

  @Get()
  @Guest()
  @DuringMaintenance()
  @View('identity/customer/invitation')
  async link(@CurrentVisit() visit: Visit, @CurrentActor() actor: PortalActor, @Query('token') token?: unknown) {
    const invitation = typeof token === 'string' ? await this.invitations.peek(token) : null;
    if (!invitation) return show('identity/customer/link-expired', { invitation: true }, 410);
    return this.view(actor, String(token), invitation, visit.form({ name: invitation.name }));
  }

  @Post()
  @Guest()
  @DuringMaintenance()
  @View('identity/customer/invitation')
  async accept(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Form(invitationForm) form: FormState<z.output<typeof invitationForm>>,
  ) {
    const token = form.secret('token');
    const invitation = await this.invitations.peek(token);
    if (!invitation) return show('identity/customer/link-expired', { invitation: true }, 410);
    const { email, hasAccount } = invitation;
    const isTheirs = hasAccount && actor.email === email;
    if (!isTheirs) required(form, ...(hasAccount ? (['password'] as const) : (['name', 'password'] as const)));
    const person = await form.attempt(async ({ name, password }) => {
      if (!hasAccount) return this.invitations.accept(token, { name, password });
      const personId = isTheirs ? actor.id! : await enterAs(this.signIn, visit, email, password);
      return this.invitations.accept(token, { personId });
    });
    if (form.failed) return this.view(actor, token, invitation, form);
    if (!person) return show('identity/customer/link-expired', { invitation: true }, 410);
    if (!hasAccount) {
      const { secret, device } = await this.signIn.start(person, visit.device, visit.cookie('session'));
      visit.signIn(secret, device);
    }
    return seeOther(person.teamRole ? '/console' : '/', 'identity.invitation.done');
  }

  private view(
    actor: PortalActor,
    token: string,
    invitation: NonNullable<Awaited<ReturnType<Invitations['peek']>>>,
    form: FormState<unknown>,
  ) {
    const { email, inviter, company, team, hasAccount } = invitation;
    const other = actor.id !== null && actor.email !== email ? { name: actor.name, email: actor.email } : null;
    const asks = hasAccount ? (actor.email === email ? 'nothing' : 'password') : 'account';
    const back = `/invitation?token=${encodeURIComponent(token)}`;
    return { token, email, inviter, company, team, asks, other, back, form };
  }
}
