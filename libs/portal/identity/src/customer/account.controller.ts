import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { Ask, type Asked, PortalController, seeOther, View } from '@foyer/web';
import { AccountController } from '../account.controller.js';
import { byLink, linkExpired, linkToken } from '../coming-in.js';
import type { PortalActor } from '../portal-actor.js';

const confirming = { form: z.object({ token: linkToken }) };

/** Whoever changes their address proves the new one by a link, which leads here for the team as well. */
@PortalController('account')
export class CustomerAccountController extends AccountController {
  readonly base = '';
  protected readonly template = 'identity/customer/account';

  @Get('email')
  @View('identity/customer/verify')
  async emailLink(@Ask(byLink) { actor, token }: Asked<typeof byLink, PortalActor>) {
    if (token === null) return seeOther('/account'); // where a new address that was refused stands
    const email = await this.accounts.newAddressOf(actor, token);
    return email === null
      ? linkExpired()
      : { token, email, heading: 'identity.verify.heading', change: true, chooses: false };
  }

  @Post('email/confirmation')
  async confirmEmail(@Ask(confirming) { actor, form }: Asked<typeof confirming, PortalActor>) {
    const done = !form.failed && (await this.accounts.confirmEmail(actor, form.value.token));
    return done ? seeOther('/account', 'identity.account.email-changed') : linkExpired();
  }
}
