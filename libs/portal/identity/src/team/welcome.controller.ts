import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { currentTenant } from '@foyer/tenancy';
import { Ask, type Asked, ConsoleController, Guest, seeOther, show } from '@foyer/web';
import { Arrivals } from '../arrivals.js';
import { byLink, linkExpired, linkToken } from '../coming-in.js';
import type { PortalActor } from '../portal-actor.js';
import { Welcome } from '../welcome.js';

const tokenForm = z.object({ token: linkToken });
const entering = { form: tokenForm };

/** The way of a new owner from the sign-up site to their console. */
@ConsoleController('welcome')
export class WelcomeController {
  constructor(
    private readonly welcome: Welcome,
    private readonly arrivals: Arrivals,
  ) {}

  @Get()
  @Guest()
  async page(@Ask(byLink) { actor, token }: Asked<typeof byLink, PortalActor>) {
    if (token === null || !(await this.welcome.isOpen(token)))
      return seeOther(actor.teamRole ? '/console' : '/console/sign-in');
    return show('identity/team/ready', { address: new URL(currentTenant().origin).host, token });
  }

  @Post()
  @Guest()
  async enter(@Ask(entering) { visit, form }: Asked<typeof entering>) {
    const owner = form.failed ? null : await this.welcome.redeem(form.value.token);
    if (!owner) return linkExpired();
    return this.arrivals.arrive(visit, owner, { way: 'link', to: '/console' });
  }
}
