import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { Database } from '@foyer/database';
import { type Arrival, Arrivals, SignIn, SignIns } from '@foyer/identity';
import {
  Ask,
  type Asked,
  DuringMaintenance,
  type FormState,
  Guest,
  PortalController,
  Repeatable,
  seeOther,
  View,
} from '@foyer/web';
import { Factors } from '../factors.js';
import { Passkeys } from '../passkeys.js';
import { STEP } from '../second-factor.js';

const coding = { form: z.object({ code: z.string().trim().min(1).max(60) }) };

/** For who has been asked to sign in and took too long, or never was. */
/** Where they began: the team has a page of its own. */
export const signInOf = ({ teamRole }: Arrival['person']): string =>
  teamRole === null ? '/sign-in' : '/console/sign-in';
export const backToSignIn = () => seeOther('/sign-in', 'factors.code.anew', 'info');

/** Where somebody on their way in shows their second factor. */
@PortalController('sign-in/code')
export class CodeController {
  constructor(
    private readonly arrivals: Arrivals,
    private readonly factors: Factors,
    private readonly signIn: SignIn,
    private readonly database: Database,
    private readonly passkeys: Passkeys,
    private readonly signIns: SignIns,
  ) {}

  @Get()
  @Guest()
  @DuringMaintenance()
  @View('factors/code')
  async page(@Ask() { visit }: Asked) {
    const arrival = await this.arrivals.waiting(visit);
    return arrival ? this.view(arrival, visit.form()) : backToSignIn();
  }

  @Post()
  @Guest()
  @Repeatable()
  @DuringMaintenance()
  @View('factors/code')
  async show(@Ask(coding) { visit, form }: Asked<typeof coding>) {
    const arrival = await this.arrivals.waiting(visit);
    if (!arrival) return backToSignIn();
    const { person } = arrival;
    const from = { ip: visit.device.ip ?? 'unknown', known: this.signIn.isKnown(person.email, visit.cookie('device')) };
    const next = await form.attempt(({ code }) =>
      this.database.write(async () => {
        const factor = await this.factors.take(person, code, from);
        return this.arrivals.pass(visit, STEP, factor);
      }),
    );
    if (form.errors['code'])
      await this.signIns.note(person.id, 'factor-refused', { ...visit.device, way: arrival.way, factor: null });
    return form.failed ? this.view(arrival, form) : (next ?? backToSignIn());
  }

  private async view({ person }: Arrival, form: FormState<unknown>) {
    const held = await this.factors.of(person.id);
    const question = held.some(({ kind }) => kind === 'passkey') ? await this.passkeys.toShow(person.id) : null;
    const passkey = question && { ...question, action: '/sign-in/code/passkey', returnTo: null, offered: false };
    return { form, passkey, back: signInOf(person) };
  }
}
