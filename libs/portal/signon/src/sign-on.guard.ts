import { type CanActivate, createParamDecorator, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { NotFound, Refused } from '@foyer/access';
import { apart } from '@foyer/database';
import { id, safeReturn, Visit } from '@foyer/web';
import { Answers } from './answers.js';
import { type Connection, ConnectionBook, isOn } from './connection-book.js';
import { ConnectionRights } from './connection-rights.js';
import { type Flow, Flows } from './flows.js';
import { backTo } from './paths.js';
import { SignOnRefused } from './refused.js';
import type { Asking, Outcome, SignOnRequest } from './strategy.js';

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
    let flow: Flow | null = null;
    let outcome: Outcome;
    try {
      flow = step === 'begin' ? await this.begin(visit, req, connection) : await this.goneFor(visit, req, connection);
      outcome = await this.judged(context, req, { connection, flow, step, back: backTo(connection) });
    } catch (error) {
      if (!(error instanceof SignOnRefused)) throw error;
      outcome = { refused: error };
    }
    req.shaken = { connection, flow, outcome };
    return true;
  }

  private async begin(visit: Visit, req: SignOnRequest, connection: Connection): Promise<Flow> {
    const isTrial = req.query['trial'] !== undefined;
    // Who only tries it must be who may change it, and may try what is not switched on yet.
    if (isTrial && !(await this.rights.may(visit.actor, connection))) throw new Refused();
    if (!isTrial && !isOn(connection)) throw new SignOnRefused('off');
    const side = connection.audience === 'team' || req.query['side'] === 'console' ? 'console' : 'portal';
    const home = side === 'console' ? '/console' : '/';
    const to = safeReturn(req.query['return_to'], home);
    const asked = { connectionId: connection.id, to, side, trialBy: isTrial ? visit.actor.id : null } as const;
    const { flow, sealed } = this.flows.begin(asked, home);
    visit.connecting(sealed);
    return flow;
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
    return req.user as Outcome;
  }
}
