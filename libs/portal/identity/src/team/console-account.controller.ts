import { Post } from '@nestjs/common';
import { z } from 'zod';
import { Ask, type Asked, ConsoleController } from '@foyer/web';
import { AccountController } from '../account.controller.js';
import { TICKET_MAIL_WISHES } from '../person.entity.js';
import type { PortalActor } from '../portal-actor.js';

const choosing = { form: z.object({ ticket_mails: z.enum(TICKET_MAIL_WISHES) }) };

@ConsoleController('account')
export class ConsoleAccountController extends AccountController {
  readonly base = '/console';
  protected readonly template = 'identity/team/account';

  @Post('mails')
  async mails(@Ask(choosing) asked: Asked<typeof choosing, PortalActor>) {
    await asked.form.attempt(({ ticket_mails: wish }) => this.accounts.chooseMails(asked.actor, wish));
    return this.answer(asked, 'mails', 'identity.account.saved');
  }
}
