import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { FirstSteps } from '@foyer/settings';
import { currentTenant } from '@foyer/tenancy';
import { Ask, type Asked, ConsoleController, Guest, seeOther, show, View } from '@foyer/web';
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
    private readonly steps: FirstSteps,
  ) {}

  @Get()
  @Guest()
  @View('identity/team/welcome')
  async page(@Ask(byLink) { actor, visit, token }: Asked<typeof byLink, PortalActor>) {
    const { origin } = currentTenant();
    const address = new URL(origin).host;
    if (token !== null && (await this.welcome.isOpen(token))) return show('identity/team/ready', { address, token });
    if (!actor.teamRole) return seeOther('/console/sign-in');
    return {
      name: actor.name.split(' ')[0],
      address,
      url: origin,
      steps: await this.steps.for(actor, visit.t.bind(visit)),
    };
  }

  @Post()
  @Guest()
  async enter(@Ask(entering) { visit, form }: Asked<typeof entering>) {
    const owner = form.failed ? null : await this.welcome.redeem(form.value.token);
    if (!owner) return linkExpired();
    return this.arrivals.arrive(visit, owner, { way: 'link', to: '/console/welcome' });
  }

  /** Looking at the portal is the one step that leaves no trace of its own. */
  @Post('portal')
  async look(@Ask() { actor }: Asked<object, PortalActor>) {
    await this.steps.lookAtPortal(actor);
    return seeOther('/');
  }
}
