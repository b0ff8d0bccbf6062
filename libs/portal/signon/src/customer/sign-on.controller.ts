import { Get, Post, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { type Limit, Limits } from '@foyer/credentials';
import { apart } from '@foyer/database';
import {
  Ask,
  type Asked,
  DuringMaintenance,
  field,
  type FormState,
  Guest,
  PortalController,
  Repeatable,
  safeReturn,
  seeOther,
  show,
  View,
  type Visit,
} from '@foyer/web';
import { Arrivals } from '@foyer/identity';
import { type Connection, ConnectionBook, isForTeam, isOn } from '../connection-book.js';
import { ClaimedDomains } from '../domains/claimed-domains.js';
import { Enforcement } from '../enforcement.js';
import { Goodbye } from '../goodbye.js';
import { type Reason, REASONS, SignOnRefused } from '../refused.js';
import { typedForm } from '../strategy.js';
import { SignOn } from '../sign-on.js';
import { Handshaken, isTried, type Shaken, SignOnGuard, Step } from '../sign-on.guard.js';
import { attemptsPathOf } from '../paths.js';

const ANSWERS: Limit = { name: 'sign-on-answers', points: 60, seconds: 900 };
const finderForm = z.object({ email: field.email, return_to: z.string().max(1000).optional().catch(undefined) });
const finding = { form: finderForm };
const arriving = { given: ['return_to'] } as const;
const typing = { form: typedForm };
const asking = { given: ['return_to', 'side', 'trial'] } as const;
/** About what was typed: it can be typed again. */
const TYPED_AGAIN: readonly string[] = ['credentials', 'too-many', 'unreachable'] satisfies Reason[];

/** The way in by an identity provider: to it, back from it, and to whose it is. */
@PortalController('sign-in')
export class SignOnController {
  constructor(
    private readonly signOn: SignOn,
    private readonly book: ConnectionBook,
    private readonly domains: ClaimedDomains,
    private readonly enforcement: Enforcement,
    private readonly arrivals: Arrivals,
    private readonly limits: Limits,
    private readonly goodbye: Goodbye,
  ) {}

  @Get('with/:connection')
  @Guest()
  @DuringMaintenance()
  @UseGuards(SignOnGuard)
  @Step('begin')
  @View('signon/customer/refused')
  async leave(
    @Ask(asking) { visit, ...asked }: Asked<typeof asking>,
    @Handshaken() { connection, flow, outcome }: Shaken,
  ) {
    if ('to' in outcome) return seeOther(outcome.to);
    if ('asks' in outcome) return this.asks(connection, visit.form(), asked);
    if (!('refused' in outcome)) throw new Error('A strategy judged who had not left yet');
    const isTrial = flow?.trialBy != null;
    if (isTrial) await apart(() => this.signOn.refuse(visit, connection, outcome.refused, null));
    return this.refused(visit, connection, outcome.refused, isTrial);
  }

  /**
   * They are back. The one page that changes something when it is opened: it answers the question that this very browser has asked,
   * once, and nobody else's.
   */
  @Get('with/:connection/return')
  @Guest()
  @DuringMaintenance()
  @UseGuards(SignOnGuard)
  @Step('judge')
  @View('signon/customer/refused')
  async back(@Ask() { visit }: Asked, @Handshaken() { connection, flow, outcome }: Shaken) {
    await this.limits.count(ANSWERS, visit.device.ip ?? 'unknown');
    return apart(() => this.came(visit, { connection, flow, outcome }));
  }

  /** They have typed name and password of a directory on a page of ours. */
  @Post('with/:connection')
  @Guest()
  @Repeatable()
  @DuringMaintenance()
  @UseGuards(SignOnGuard)
  @Step('typed')
  @View('signon/customer/directory')
  async typed(@Ask(typing) { visit, form }: Asked<typeof typing>, @Handshaken() shaken: Shaken) {
    const { connection, flow, outcome } = shaken;
    const isTrial = flow?.trialBy != null;
    const isAgain = 'refused' in outcome && TYPED_AGAIN.includes(outcome.refused.reason);
    if (isAgain && !isTrial) {
      await this.signOn.guessed(visit, connection, outcome.refused);
      form.fail('', `signon.directory.${outcome.refused.reason}`);
    }
    return form.failed ? this.asks(connection, form, form.values) : this.came(visit, shaken);
  }

  private asks(connection: Connection, form: FormState<unknown>, given: Partial<Record<string, unknown>>) {
    const [returnTo, side] = [safeReturn(given['return_to'], '') || null, given['side'] === 'console'];
    const isTeams = connection.audience === 'team' || side;
    return show('signon/customer/directory', {
      ...{ form, name: connection.name, action: `/sign-in/with/${connection.id}` },
      ...{ returnTo, side: side ? 'console' : null, isTrial: isTried(given) },
      other: isTeams ? '/console/sign-in' : '/sign-in',
    });
  }

  /** What somebody came with is judged: they are in, or it was a trial, or they are told why not. */
  private async came(visit: Visit, { connection, flow, outcome }: Shaken) {
    const isTrial = flow?.trialBy != null;
    try {
      if ('refused' in outcome) {
        if (flow) await this.signOn.refuse(visit, connection, outcome.refused, null);
        throw outcome.refused;
      }
      if (!('claims' in outcome)) throw new Error('A strategy sent on who had come back');
      if (!isTrial) {
        const led = await this.signOn.enter(visit, connection, flow!, outcome.claims);
        this.goodbye.remember(visit, connection, outcome.claims);
        return led;
      }
      const attempt = await this.signOn.tryOut(visit, connection, outcome.claims);
      return seeOther(`${attemptsPathOf(visit.actor, connection)}#a-${attempt}`);
    } catch (error) {
      if (!(error instanceof SignOnRefused)) throw error;
      return this.refused(visit, connection, error, isTrial);
    }
  }

  @Get('company')
  @Guest()
  @DuringMaintenance({ closed: false })
  @View('signon/customer/finder')
  finder(@Ask(arriving) { visit, return_to: returnTo }: Asked<typeof arriving>) {
    return { form: visit.form(), returnTo: safeReturn(returnTo, '') || null, none: false };
  }

  /** Whose provider an address belongs to. Nobody looks whether anybody has it: what is told is told by the domain alone. */
  @Post('company')
  @Guest()
  @Repeatable()
  @DuringMaintenance({ closed: false })
  @View('signon/customer/finder')
  async find(@Ask(finding) { visit, form }: Asked<typeof finding>) {
    const returnTo = safeReturn(form.values['return_to'], '') || null;
    if (form.failed) return { form, returnTo, none: false };
    const owner = await this.domains.ownerOf(form.value.email);
    const found = owner === undefined ? [] : (await this.book.of(owner)).filter(isOn);
    return found.length === 0 ? { form, returnTo, none: true } : this.onward(visit, found, returnTo);
  }

  @Get('left')
  @Guest()
  @DuringMaintenance()
  @View('signon/customer/left')
  async left(@Ask() { visit }: Asked) {
    const offer = await this.goodbye.offer(visit);
    visit.connected(null);
    return offer ?? seeOther('/sign-in');
  }

  /** Somebody has shown who they are by a way that is not theirs: on to the one that is. */
  @Get('required')
  @Guest()
  @DuringMaintenance()
  @View('signon/customer/onward')
  async required(@Ask() { visit }: Asked) {
    const arrival = await this.arrivals.waiting(visit);
    const found = arrival ? await this.enforcement.of(arrival.person) : [];
    if (!arrival || found.length === 0) return seeOther('/sign-in');
    return this.onwardView(found, arrival.to, true);
  }

  /** A form cannot lead to another site, where the browser keeps to our policy: the page does, by itself. */
  private onward(visit: Visit, found: Connection[], returnTo: string | null) {
    const view = this.onwardView(found, returnTo, false);
    if (view.connections.length === 1) visit.refreshIn(0, view.connections[0]!.href);
    return show('signon/customer/onward', view);
  }

  private onwardView(found: Connection[], returnTo: string | null, required: boolean) {
    return { required, connections: found.map((one) => ({ name: one.name, href: hrefOf(one, returnTo) })) };
  }

  private refused(visit: Visit, connection: Connection, { reason, reference }: SignOnRefused, isTrial: boolean) {
    const who = REASONS[reason];
    const home = isForTeam(connection) && connection.audience === 'team' ? '/console/sign-in' : '/sign-in';
    const view = {
      name: connection.name,
      text: visit.t(`signon.refused.${reason}`),
      advice: visit.t(`signon.refused.advice-${who}`),
      reference,
      again: who === 'again' ? hrefOf(connection, null) : null,
      back: isTrial ? attemptsPathOf(visit.actor, connection) : home,
      isTrial,
    };
    return show('signon/customer/refused', view, who === 'again' ? 400 : 403);
  }
}

/** A link, not a form: it leads to another site. */
export function hrefOf({ id, audience }: Connection, returnTo: string | null, side?: 'console'): string {
  const query = new URLSearchParams();
  if (returnTo) query.set('return_to', returnTo);
  if (side && audience === 'both') query.set('side', side);
  const text = query.toString();
  return `/sign-in/with/${id}${text ? `?${text}` : ''}`;
}
