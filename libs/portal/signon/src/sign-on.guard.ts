import { type CanActivate, createParamDecorator, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { NotFound, Refused } from '@foyer/access';
import { apart } from '@foyer/database';
import { id, safeReturn, Visit } from '@foyer/web';
import { Answers } from './answers.js';
import { keepable } from './claims.js';
import { type Connection, ConnectionBook, isOn } from './connection-book.js';
import { ConnectionRights } from './connection-rights.js';
import { type Flow, Flows } from './flows.js';
import { backTo } from './paths.js';
import { SignOnRefused } from './refused.js';
import { type Asking, type Outcome, type SignOnRequest, typedForm } from './strategy.js';

const STEP = 'signon:step';
/** Which half of a sign-on a handler is. */
export const Step = (step: Asking['step']) => SetMetadata(STEP, step);

/** What a handler behind the guard gets: the connection, what was asked of it where that is known, and what came of it. */
export interface Shaken {
  connection: Connection;
  flow: Flow | null;
  outcome: Outcome;
}
export const Handshaken = createParamDecorator(
  (_: unknown, context: ExecutionContext) => (context.switchToHttp().getRequest() as { shaken: Shaken }).shaken,
);

/** Has the strategy of the connection that the address names judge a request, through passport. */
@Injectable()
export class SignOnGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly book: ConnectionBook,
    private readonly rights: ConnectionRights,
    private readonly flows: Flows,
    private readonly answers: Answers,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const req = context.switchToHttp().getRequest<SignOnRequest & { shaken?: Shaken }>();
    const visit = new Visit(req, context.switchToHttp().getResponse(), req.foyer.cookies!);
    const connection = await this.book.find(id(String(req.params['connection'])));
    if (!connection) throw new NotFound();
    const step = this.reflector.get<Asking['step']>(STEP, context.getHandler());
    // Elsewhere nothing is typed here.
    if (step === 'typed' && connection.kind !== 'directory') throw new NotFound();
    let flow: Flow | null = null;
    let outcome: Outcome;
    try {
      const asking = { connection, step, back: backTo(connection) };
      if (step === 'judge') {
        flow = await this.goneFor(visit, req, connection);
        outcome = await this.judged(context, req, { ...asking, flow });
      } else {
        const begun = await this.begin(visit, step === 'begin' ? req.query : (req.body as Given), connection);
        ({ flow } = begun);
        outcome = await this.judged(context, req, { ...asking, flow, ...typedIn(visit, step, req.body) });
        // Only a browser that leaves has to show later that it was this one.
        if ('to' in outcome) visit.connecting(begun.sealed);
      }
    } catch (error) {
      if (!(error instanceof SignOnRefused)) throw error;
      outcome = { refused: error };
    }
    req.shaken = { connection, flow, outcome };
    return true;
  }

  private async begin(visit: Visit, given: Given, connection: Connection) {
    const isTrial = isTried(given);
    // Who only tries it must be who may change it, and may try what is not switched on yet.
    if (isTrial && !(await this.rights.may(visit.actor, connection))) throw new Refused();
    if (!isTrial && !isOn(connection)) throw new SignOnRefused('off');
    const side = connection.audience === 'team' || given['side'] === 'console' ? 'console' : 'portal';
    const home = side === 'console' ? '/console' : '/';
    const to = safeReturn(given['return_to'], home);
    const asked = { connectionId: connection.id, to, side, trialBy: isTrial ? visit.actor.id : null } as const;
    return this.flows.begin(asked, home);
  }

  /** What the browser went for; whatever comes of it, it has been answered. */
  private async goneFor(visit: Visit, req: SignOnRequest, connection: Connection): Promise<Flow> {
    const sealed = visit.cookie('connecting');
    visit.connecting(null);
    const unasked = await this.answers.unasked(connection.id, req.query['answer']);
    const flow = unasked ? this.flows.unasked(connection, unasked.to) : this.flows.of(connection.id, sealed);
    if (flow.trialBy === null && !isOn(connection)) throw new SignOnRefused('off');
    if (flow.trialBy !== null && flow.trialBy !== req.foyer.principal?.actor.id)
      throw new SignOnRefused('other-browser', 'trial');
    // A page that only reads cannot write; this one answers what it has asked itself, and nobody else can ask it.
    await apart(() => this.flows.use(flow));
    return flow;
  }

  private async judged(context: ExecutionContext, req: SignOnRequest, asking: Asking): Promise<Outcome> {
    req.signOn = asking;
    const Guard = AuthGuard(asking.connection.kind);
    await apart(async () => new Guard({ session: false }).canActivate(context));
    const outcome = req.user as Outcome;
    return 'claims' in outcome ? { claims: keepable(outcome.claims) } : outcome;
  }
}

type Given = Record<string, unknown>;
export const isTried = ({ trial }: Given): boolean => typeof trial === 'string' && trial !== '';

/** Nothing where it is no name and no password: the page says what is missing. */
function typedIn(visit: Visit, step: Asking['step'], body: unknown): Pick<Asking, 'typed'> {
  const { data } = step === 'typed' ? typedForm.safeParse(body) : {};
  if (!data) return {};
  const { name, password } = data;
  return { typed: { name, password, device: visit.device, mark: visit.cookie('device') } };
}
