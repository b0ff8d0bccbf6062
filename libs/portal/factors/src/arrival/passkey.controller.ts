import { Injectable, type OnModuleInit, Post } from '@nestjs/common';
import { z } from 'zod';
import { Database } from '@foyer/database';
import { Arrivals, Person, SignInRules, signInWays } from '@foyer/identity';
import { Slots } from '@foyer/slots';
import {
  Ask,
  type Asked,
  DuringMaintenance,
  Guest,
  PortalController,
  Repeatable,
  safeReturn,
  seeOther,
} from '@foyer/web';
import { Passkeys } from '../passkeys.js';
import { CODE_PAGE, STEP } from '../second-factor.js';
import { backToSignIn } from './code.controller.js';

const answering = {
  form: z.object({
    kept_token: z.string(),
    answer_token: z.string(),
    return_to: z.string().optional().catch(undefined),
  }),
};
const WRONG = 'factors.passkey.wrong';

/** The button on the pages where people sign in. */
@Injectable()
export class PasskeyWay implements OnModuleInit {
  constructor(
    private readonly slots: Slots,
    private readonly passkeys: Passkeys,
  ) {}

  onModuleInit(): void {
    this.slots.fill(signInWays, 10, {
      method: 'passkey',
      load: async (_, __, returnTo) => ({
        template: 'factors/passkey-way',
        view: { ...(await this.passkeys.toShow()), action: '/sign-in/passkey', returnTo, offered: true },
      }),
    });
  }
}

/** A passkey stands for both: that its owner was there, and that they have it. */
@PortalController('sign-in')
export class PasskeyController {
  constructor(
    private readonly passkeys: Passkeys,
    private readonly arrivals: Arrivals,
    private readonly database: Database,
    private readonly rules: SignInRules,
  ) {}

  @Post('passkey')
  @Guest()
  @Repeatable()
  @DuringMaintenance({ closed: false })
  async enter(@Ask(answering) { visit, form }: Asked<typeof answering>) {
    const to = safeReturn(form.values['return_to'], '/');
    const id = form.failed ? null : await this.passkeys.shown(given(form.value));
    const person = id === null ? null : await this.database.read((em) => em.findOne(Person, { id }));
    if (!person?.maySignIn || !(await this.rules.mayUse(person, 'passkey'))) return seeOther(doorOf(to), WRONG, 'bad');
    return this.arrivals.arrive(visit, person, { way: 'passkey', factor: 'passkey', to });
  }

  /** In the place of a code, after a password or a link. */
  @Post('code/passkey')
  @Guest()
  @Repeatable()
  @DuringMaintenance()
  async show(@Ask(answering) { visit, form }: Asked<typeof answering>) {
    const arrival = await this.arrivals.waiting(visit);
    if (!arrival) return backToSignIn();
    const shown = form.failed ? null : await this.passkeys.shown(given(form.value), arrival.person.id);
    if (!shown) return seeOther(CODE_PAGE, WRONG, 'bad');
    return (await this.arrivals.pass(visit, STEP, 'passkey')) ?? backToSignIn();
  }
}

const given = ({ kept_token: kept, answer_token: answer }: { kept_token: string; answer_token: string }) => ({
  kept,
  answer,
});
const doorOf = (to: string) => (/^\/console(?:\/|$)/.test(to) ? '/console/sign-in' : '/sign-in');
