import { Get, Injectable, Post } from '@nestjs/common';
import { z } from 'zod';
import { Conflict, NotFound } from '@foyer/access';
import { Accounts, Arrivals, type PortalActor } from '@foyer/identity';
import {
  Ask,
  type Asked,
  ConsoleController,
  field,
  type FormState,
  id,
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
import { Resets } from '../resets.js';
import { FEW } from '../recovery-codes.js';

const password = z.string().max(1000).default('');
const confirming = { form: z.object({ current_password: password }) };
const addingApp = {
  form: z.object({ label: field.name(60), code: z.string().trim().min(1).max(20), current_password: password }),
};
const addingPasskey = {
  form: z.object({
    label: field.name(60),
    current_password: password,
    kept_token: z.string().default(''),
    answer_token: z.string().default(''),
  }),
};
const onFactor = { params: { id } };
const renaming = { params: { id }, form: z.object({ label: field.name(60) }) };
const removing = { params: { id }, form: z.object({ current_password: password }) };

/** What somebody has beside their password: the same on the portal and in the console. */
@Injectable()
abstract class SecurityController {
  abstract readonly base: '' | '/console';

  constructor(
    private readonly accounts: Accounts,
    private readonly arrivals: Arrivals,
    private readonly factors: Factors,
    private readonly app: AppSetUp,
    private readonly resets: Resets,
    private readonly passkeys: Passkeys,
  ) {}

  @Get()
  @View('factors/security')
  page(@Ask() { visit, actor }: Asked<object, PortalActor>) {
    return this.view(visit, actor);
  }

  @Get('app')
  @View('factors/app')
  async blank(@Ask() { visit, actor }: Asked<object, PortalActor>) {
    return this.appView(visit, actor);
  }

  @Post('app')
  @View('factors/app')
  async addApp(@Ask(addingApp) { visit, actor, form }: Asked<typeof addingApp, PortalActor>) {
    const secret = this.app.secretIn(form, actor.id!);
    const codes = await form.attempt(async ({ label, code, current_password }) => {
      await this.accounts.confirm(actor, current_password);
      const first = await this.factors.addApp(whoIs(actor), secret, code, label);
      await this.arrivals.renew(visit, actor, 'app');
      return first;
    });
    if (form.failed) return this.appView(visit, actor, form);
    return codes ? this.shown(codes) : seeOther(this.home, 'factors.added');
  }

  @Get('passkey')
  @View('factors/passkey')
  blankPasskey(@Ask() { visit, actor }: Asked<object, PortalActor>) {
    return this.passkeyView(actor, visit.form({ label: visit.t('factors.kind.passkey') }));
  }

  @Post('passkey')
  @View('factors/passkey')
  async addPasskey(@Ask(addingPasskey) { visit, actor, form }: Asked<typeof addingPasskey, PortalActor>) {
    const codes = await form.attempt(async ({ label, current_password, kept_token: kept, answer_token: answer }) => {
      await this.accounts.confirm(actor, current_password);
      const first = await this.passkeys.register(whoIs(actor), { kept, answer, label });
      await this.arrivals.renew(visit, actor, 'passkey');
      return first;
    });
    if (form.failed) return this.passkeyView(actor, form);
    return codes ? this.shown(codes) : seeOther(this.home, 'factors.added');
  }

  @Post('codes')
  @View('factors/security')
  async makeCodes(@Ask(confirming) { visit, actor, form }: Asked<typeof confirming, PortalActor>) {
    // The page has no form for them then, nor a place for what is wrong with it.
    if (!(await this.factors.has(actor.id!))) throw new Conflict('factors.codes.nothing-lost');
    const codes = await form.attempt(async ({ current_password }) => {
      await this.accounts.confirm(actor, current_password);
      const made = await this.factors.makeCodes(whoIs(actor));
      await this.arrivals.renew(visit, actor);
      return made;
    });
    return codes ? this.shown(codes) : this.view(visit, actor, form);
  }

  @Get('methods/:id')
  @View('factors/factor')
  one(@Ask(onFactor) { visit, actor, id: factor }: Asked<typeof onFactor, PortalActor>) {
    return this.factorView(visit, actor, factor);
  }

  @Post('reset/stop')
  async stopReset(@Ask() { actor }: Asked<object, PortalActor>) {
    await this.resets.stopOf(actor, { id: actor.id!, teamRole: actor.teamRole });
    return seeOther(`${this.base}/account`, 'factors.reset.stopped');
  }

  @Post('methods/:id/name')
  @View('factors/factor')
  async rename(@Ask(renaming) { visit, actor, id: factor, form }: Asked<typeof renaming, PortalActor>) {
    await form.attempt(({ label }) => this.factors.rename(actor.id!, factor, label));
    return form.failed ? this.factorView(visit, actor, factor, { name: form }) : seeOther(this.home, 'factors.renamed');
  }

  @Post('methods/:id/removal')
  @View('factors/factor')
  async remove(@Ask(removing) { visit, actor, id: factor, form }: Asked<typeof removing, PortalActor>) {
    await form.attempt(async ({ current_password }) => {
      await this.accounts.confirm(actor, current_password);
      await this.factors.remove(whoIs(actor), factor);
      await this.arrivals.renew(visit, actor, ...((await this.factors.has(actor.id!)) ? [] : [null]));
    });
    return form.failed
      ? this.factorView(visit, actor, factor, { removal: form })
      : seeOther(this.home, 'factors.removed');
  }

  private get home(): string {
    return `${this.base}/account/security`;
  }

  private shown(codes: string[]) {
    return showMade('factors/codes', codesView(codes, this.home));
  }

  private async appView(visit: Visit, actor: PortalActor, form?: FormState<unknown>) {
    const asks = await this.accounts.confirmedBy(actor);
    return { base: this.base, asks, ...(await this.app.view(visit, { id: actor.id!, email: actor.email! }, form)) };
  }

  private async passkeyView(actor: PortalActor, form: FormState<unknown>) {
    const asks = await this.accounts.confirmedBy(actor);
    const { id: personId, email, name } = actor;
    const question = await this.passkeys.toRegister({ id: personId!, email: email!, name });
    return { base: this.base, asks, ...question, form };
  }

  private async factorView(
    visit: Visit,
    actor: PortalActor,
    id: string,
    sent: Record<string, FormState<unknown>> = {},
  ) {
    const held = await this.factors.of(actor.id!);
    const factor = held.find((one) => one.id === id);
    if (!factor) throw new NotFound();
    const asks = await this.accounts.confirmedBy(actor);
    const forms = { name: visit.form({ label: factor.label }), removal: visit.form(), ...sent };
    return { base: this.base, asks, factor: id, kind: factor.kind, last: held.length === 1, forms };
  }

  private async view(visit: Visit, actor: PortalActor, form: FormState<unknown> = visit.form()) {
    const codesLeft = await this.factors.codesLeft(actor.id!);
    return {
      base: this.base,
      asks: await this.accounts.confirmedBy(actor),
      factors: await this.factors.of(actor.id!),
      codesLeft,
      few: codesLeft !== null && codesLeft <= FEW,
      form,
    };
  }
}
const whoIs = ({ id: personId, name }: PortalActor) => ({ id: personId!, name });

@PortalController('account/security')
export class CustomerSecurityController extends SecurityController {
  readonly base = '';
}

@ConsoleController('account/security')
export class ConsoleSecurityController extends SecurityController {
  readonly base = '/console';
}
