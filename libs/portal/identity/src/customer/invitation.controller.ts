import { Get, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  CurrentVisit,
  DuringMaintenance,
  Form,
  type FormState,
  Guest,
  PortalController,
  seeOther,
  show,
  View,
  type Visit,
} from '@foyer/web';
import { Invitations } from '../invitations.js';
import { SignIn } from '../sign-in.js';

/** Name and password are wanted only from people without an account; the verb knows who is one. */
const invitationForm = z.object({
  token: z.string().min(20).max(100),
  name: z.string().trim().max(100).default(''),
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
  async link(@CurrentVisit() visit: Visit, @Query('token') token?: unknown) {
    const invitation = typeof token === 'string' ? await this.invitations.peek(token) : null;
    if (!invitation) return show('identity/customer/link-expired', {}, 410);
    return this.view(String(token), invitation, visit.form({ name: invitation.name }));
  }

  @Post()
  @Guest()
  @DuringMaintenance()
  @View('identity/customer/invitation')
  async accept(@CurrentVisit() visit: Visit, @Form(invitationForm) form: FormState<z.output<typeof invitationForm>>) {
    const token = form.secret('token');
    const invitation = await this.invitations.peek(token);
    if (!invitation) return show('identity/customer/link-expired', {}, 410);
    if (!invitation.hasAccount)
      for (const name of ['name', 'password'] as const)
        if (!form.failed && !form.value[name]) form.fail(name, 'web.form.required');
    const person = await form.attempt(({ name, password }) =>
      this.invitations.accept(token, invitation.hasAccount ? null : { name, password }),
    );
    if (form.failed) return this.view(token, invitation, form);
    if (!person) return show('identity/customer/link-expired', {}, 410);
    const { secret, device } = await this.signIn.start(person, visit.device, visit.cookie('session'));
    visit.signIn(secret, device);
    return seeOther(person.teamRole ? '/console' : '/', 'identity.invitation.done');
  }

  private view(
    token: string,
    invitation: NonNullable<Awaited<ReturnType<Invitations['peek']>>>,
    form: FormState<unknown>,
  ) {
    const { email, inviter, company, team, hasAccount } = invitation;
    return { valid: true, token, email, inviter, company, team, known: hasAccount, form };
  }
}
