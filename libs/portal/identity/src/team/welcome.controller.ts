import { Get, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { FirstSteps } from '@foyer/settings';
import { currentTenant } from '@foyer/tenancy';
import {
  ConsoleController,
  CurrentActor,
  CurrentVisit,
  Form,
  type FormState,
  Guest,
  seeOther,
  show,
  View,
  type Visit,
} from '@foyer/web';
import type { PortalActor } from '../portal-actor.js';
import { SignIn } from '../sign-in.js';
import { Welcome } from '../welcome.js';

const tokenForm = z.object({ token: z.string().min(20).max(100) });

/** The way of a new owner from the sign-up site to their console. */
@ConsoleController('welcome')
export class WelcomeController {
  constructor(
    private readonly welcome: Welcome,
    private readonly signIn: SignIn,
    private readonly steps: FirstSteps,
  ) {}

  @Get()
  @Guest()
  @View('identity/team/welcome')
  async page(@CurrentActor() actor: PortalActor, @CurrentVisit() visit: Visit, @Query('token') token?: unknown) {
    const { origin } = currentTenant();
    const address = new URL(origin).host;
    if (typeof token === 'string' && (await this.welcome.isOpen(token)))
      return show('identity/team/ready', { address, token });
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
  async enter(@CurrentVisit() visit: Visit, @Form(tokenForm) form: FormState<z.output<typeof tokenForm>>) {
    const owner = form.failed ? null : await this.welcome.redeem(form.value.token);
    if (!owner) return show('identity/customer/link-expired', {}, 410);
    const { secret, device } = await this.signIn.start(owner, visit.device, visit.cookie('session'));
    visit.signIn(secret, device);
    return seeOther('/console/welcome');
  }

  /** Looking at the portal is the one step that leaves no trace of its own. */
  @Post('portal')
  async look(@CurrentActor() actor: PortalActor) {
    await this.steps.lookAtPortal(actor);
    return seeOther('/');
  }
}
