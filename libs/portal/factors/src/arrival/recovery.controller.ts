import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { Arrivals, SignIn } from '@foyer/identity';
import {
  Ask,
  type Asked,
  DuringMaintenance,
  field,
  type FormState,
  Guest,
  PortalController,
  seeOther,
  show,
  View,
  type Visit,
} from '@foyer/web';
import { Resets } from '../resets.js';
import { backToSignIn } from './code.controller.js';

const token = z.string().min(20).max(100);
const byLink = { given: ['token'] } as const;
const finishing = { form: z.object({ token, password: z.string().max(1000).default(''), stop: field.flag }) };
const over = () => show('identity/customer/link-expired', {}, 410);

/** Coming back without what is lost: asking for it, the link of the mail, and "this was not me". */
@PortalController('sign-in')
export class RecoveryController {
  constructor(
    private readonly resets: Resets,
    private readonly arrivals: Arrivals,
    private readonly signIn: SignIn,
  ) {}

  @Get('code/lost')
  @Guest()
  @DuringMaintenance()
  @View('factors/lost')
  async lost(@Ask() { visit }: Asked) {
    return (await this.arrivals.waiting(visit)) ? { asked: false } : backToSignIn();
  }

  @Post('code/lost')
  @Guest()
  @DuringMaintenance()
  async ask(@Ask() { visit }: Asked) {
    const arrival = await this.arrivals.waiting(visit);
    if (!arrival) return backToSignIn();
    await this.resets.ask(arrival.person);
    return show('factors/lost', { asked: true });
  }

  @Get('recovery')
  @Guest()
  @DuringMaintenance()
  @View('factors/recovery')
  link(@Ask(byLink) { visit, token: secret }: Asked<typeof byLink>) {
    return this.view(visit, secret ?? '');
  }

  @Post('recovery')
  @Guest()
  @DuringMaintenance()
  @View('factors/recovery')
  async finish(@Ask(finishing) { visit, form }: Asked<typeof finishing>) {
    const secret = form.secret('token');
    if (form.values['stop'])
      return (await this.resets.stop(secret)) ? seeOther('/sign-in', 'factors.reset.stopped') : over();
    const reset = await this.resets.shown(secret);
    if (!reset) return over();
    if (!form.failed && !form.value.password) form.fail('password', 'web.form.required');
    const { person } = reset;
    await form.attempt(async ({ password }) => {
      await this.signIn.withPassword(person.email, password, { ...visit.device, known: visit.cookie('device') });
      await this.resets.finish(secret);
    });
    if (form.failed) return this.view(visit, secret, form);
    const to = person.teamRole ? '/console/account/security' : '/account/security';
    return this.arrivals.arrive(visit, person, { way: 'password', to, flash: 'factors.reset.done' });
  }

  private async view(visit: Visit, secret: string, form: FormState<unknown> = visit.form()) {
    const reset = await this.resets.shown(secret);
    if (!reset) return over();
    const { email } = reset.person;
    return { token: secret, email, readyAt: reset.readyAt.toISOString(), isReady: reset.readyAt <= new Date(), form };
  }
}
