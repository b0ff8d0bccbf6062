import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { Database } from '@foyer/database';
import { Arrivals } from '@foyer/identity';
import { Ask, type Asked, DuringMaintenance, Guest, PortalController, seeOther, showMade, View } from '@foyer/web';
import { AppSetUp } from '../app-set-up.js';
import { codesView } from '../codes-view.js';
import { Factors } from '../factors.js';
import { CODE_PAGE, STEP } from '../second-factor.js';
import { backToSignIn } from './code.controller.js';

const settingUp = { form: z.object({ code: z.string().trim().min(1).max(20) }) };

/** Where somebody who must have a second factor, and has none, sets one up before they are in. */
@PortalController('sign-in/set-up')
export class SetUpController {
  constructor(
    private readonly arrivals: Arrivals,
    private readonly factors: Factors,
    private readonly app: AppSetUp,
    private readonly database: Database,
  ) {}

  @Get()
  @Guest()
  @DuringMaintenance()
  @View('factors/set-up')
  async page(@Ask() { visit }: Asked) {
    const arrival = await this.arrivals.waiting(visit);
    if (!arrival) return backToSignIn();
    return (await this.factors.has(arrival.person.id)) ? seeOther(CODE_PAGE) : this.app.view(visit, arrival.person);
  }

  @Post()
  @Guest()
  @DuringMaintenance()
  @View('factors/set-up')
  async setUp(@Ask(settingUp) { visit, form }: Asked<typeof settingUp>) {
    const arrival = await this.arrivals.waiting(visit);
    if (!arrival) return backToSignIn();
    const { person } = arrival;
    const secret = this.app.secretIn(form, person.id);
    const done = await form.attempt(({ code }) =>
      this.database.write(async () => {
        const codes = await this.factors.addFirstApp(person, secret, code, visit.t('factors.app.name'));
        return { codes, next: await this.arrivals.pass(visit, STEP, 'app') };
      }),
    );
    if (form.failed) return this.app.view(visit, person, form);
    return done?.next ? showMade('factors/codes', codesView(done.codes, done.next.location)) : backToSignIn();
  }
}
