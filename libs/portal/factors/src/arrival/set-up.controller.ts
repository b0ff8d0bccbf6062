import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { Database } from '@foyer/database';
import { Accounts, type Arrival, Arrivals, type Factor } from '@foyer/identity';
import {
  Ask,
  type Asked,
  DuringMaintenance,
  type FormState,
  Guest,
  PortalController,
  seeOther,
  showMade,
  View,
  type Visit,
} from '@foyer/web';
import { AppSetUp } from '../app-set-up.js';
import { codesView } from '../codes-view.js';
import { Factors } from '../factors.js';
import { Passkeys } from '../passkeys.js';
import { CODE_PAGE, STEP } from '../second-factor.js';
import { backToSignIn, signInOf } from './code.controller.js';

const current_password = z.string().max(1000).default('');
const settingUp = { form: z.object({ code: z.string().trim().min(1).max(20), current_password }) };
const answering = {
  form: z.object({ kept_token: z.string().default(''), answer_token: z.string().default(''), current_password }),
};

/** Where somebody who must have a second factor, and has none, sets one up before they are in, or before their session goes on. */
@PortalController('sign-in/set-up')
export class SetUpController {
  constructor(
    private readonly arrivals: Arrivals,
    private readonly accounts: Accounts,
    private readonly factors: Factors,
    private readonly app: AppSetUp,
    private readonly passkeys: Passkeys,
    private readonly database: Database,
  ) {}

  @Get()
  @Guest()
  @DuringMaintenance()
  @View('factors/set-up')
  async page(@Ask() { visit }: Asked) {
    const arrival = await this.arrivals.waiting(visit);
    if (!arrival) return backToSignIn();
    return (await this.factors.has(arrival.person.id)) ? seeOther(CODE_PAGE) : this.view(visit, arrival);
  }

  @Post()
  @Guest()
  @DuringMaintenance()
  @View('factors/set-up')
  setUp(@Ask(settingUp) { visit, form }: Asked<typeof settingUp>) {
    return this.add(visit, form, 'app', ({ person }, { code }) => {
      const secret = this.app.secretIn(form, person.id);
      return this.factors.addFirstApp(person, secret, code, visit.t('factors.app.name'));
    });
  }

  @Post('passkey')
  @Guest()
  @DuringMaintenance()
  @View('factors/set-up')
  setUpPasskey(@Ask(answering) { visit, form }: Asked<typeof answering>) {
    return this.add(visit, form, 'passkey', ({ person }, { kept_token: kept, answer_token: answer }) =>
      this.passkeys.registerFirst(person, { kept, answer, label: visit.t('factors.kind.passkey') }),
    );
  }

  private async add<T extends { current_password: string }>(
    visit: Visit,
    form: FormState<T>,
    factor: Factor,
    add: (arrival: Arrival, value: T) => Promise<string[]>,
  ) {
    const arrival = await this.arrivals.waiting(visit);
    if (!arrival) return backToSignIn();
    const done = await form.attempt(async (value) => {
      // Whoever has only the session, which somebody may have copied, shows first that they know more.
      if (arrival.held) await this.accounts.confirm(arrival.held, value.current_password);
      return this.database.write(async () => {
        const codes = await add(arrival, value);
        return { codes, next: await this.arrivals.pass(visit, STEP, factor) };
      });
    });
    if (form.failed) return this.view(visit, arrival, form, factor);
    return done?.next ? showMade('factors/codes', codesView(done.codes, done.next.location)) : backToSignIn();
  }

  private async view(visit: Visit, { person, held }: Arrival, form?: FormState<unknown>, sent: Factor = 'app') {
    const asks = held ? await this.accounts.confirmedBy(held) : 'nothing';
    // Without a password they show who they are where they signed in.
    if (asks === 'sign-in') return backToSignIn();
    const app = await this.app.view(visit, person, sent === 'app' ? form : undefined);
    const passkey = await this.passkeys.toRegister(person);
    return {
      ...app,
      back: signInOf(person),
      asks,
      passkey,
      forms: { passkey: (sent === 'passkey' && form) || visit.form() },
    };
  }
}
