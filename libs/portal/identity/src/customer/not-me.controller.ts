import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { Ask, type Asked, DuringMaintenance, field, Guest, PortalController, seeOther, View } from '@foyer/web';
import { byLink, linkExpired, linkToken } from '../coming-in.js';
import { NewDevices } from '../new-devices.js';
import type { PortalActor } from '../portal-actor.js';

const disowning = { form: z.object({ token: linkToken }) };
const choosing = { form: z.object({ wanted: field.flag }) };

/** What somebody does of whom a mail says that they came from a new device: it was not them; or they want no such mails. */
@PortalController()
export class NotMeController {
  constructor(private readonly devices: NewDevices) {}

  /** Only the button does it: programs that look through mails follow links. */
  @Get('sign-in/not-me')
  @Guest()
  @DuringMaintenance()
  @View('identity/customer/not-me')
  async page(@Ask(byLink) { token }: Asked<typeof byLink>) {
    return token !== null && (await this.devices.mayDisown(token)) ? { token } : linkExpired();
  }

  @Post('sign-in/not-me')
  @Guest()
  @DuringMaintenance()
  @View('identity/customer/not-me')
  async disown(@Ask(disowning) { visit, form }: Asked<typeof disowning>) {
    const to = form.failed ? null : await this.devices.disown(form.value.token);
    if (to === null) return linkExpired();
    visit.signOut();
    return seeOther(to, 'identity.not-me.done');
  }

  @Post('account/new-devices')
  async choose(@Ask(choosing) { actor, form }: Asked<typeof choosing, PortalActor>) {
    await this.devices.choose(actor, form.value.wanted);
    return seeOther('/account', 'identity.account.saved');
  }
}
