import { type BeforeApplicationShutdown, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Response } from 'express';
import { TooMany } from '@foyer/access';
import { SESSIONS_ENDED } from '@foyer/credentials';
import { apart, closeReadingPage } from '@foyer/database';
import { Signals } from '@foyer/events';
import { type PortalActor, PortalPrincipals } from '@foyer/identity';
import { addressOf } from '@foyer/web';
import { currentTenant, inTenant, isOperating, type Tenant, TenantDirectory } from '@foyer/tenancy';

const HEARTBEAT_MS = 15_000;
/** Browsers open one for each tab. */
const MOST_OF_ONE = 20;
/** Changes that come at once are told once. */
const TOGETHER_MS = 250;

/** What a stream may say: a word, and plain data of the page it belongs to. Never anything a page would have to check. */
export type Say = (event: string, data?: object) => void;

interface Open {
  tenantId: string;
  personId: string;
  /** Ends it where nobody may hear it any more. */
  check: () => void;
}

/** Server-sent events to signed-in people. A stream ends at once with its session, and tells nothing after that. */
@Injectable()
export class Streams implements OnModuleInit, BeforeApplicationShutdown {
  private readonly open = new Map<Response, Open>();
  private closing = false;

  constructor(
    private readonly principals: PortalPrincipals,
    private readonly directory: TenantDirectory,
    private readonly signals: Signals,
  ) {}

  onModuleInit(): void {
    this.signals.on(SESSIONS_ENDED, (whose) => {
      for (const stream of this.open.values())
        if (whose === null || whose === `${stream.tenantId}:${stream.personId}`) stream.check();
    });
  }

  /**
   * Answers with a stream; `subscribe` calls its argument when there is something to tell, `tell` then says it, as long as
   * `mayHear` is true of the actor with the rights they have by then.
   */
  start(
    actor: PortalActor,
    res: Response,
    subscribe: (changed: () => void) => () => void,
    tell: (say: Say) => void,
    mayHear: (actor: PortalActor) => Promise<boolean> = () => Promise.resolve(true),
  ): void {
    if ([...this.open.values()].filter(({ personId }) => personId === actor.id).length >= MOST_OF_ONE)
      throw new TooMany(60);
    closeReadingPage();
    // Browsers whose stream has ended come back at once, also while the server goes down.
    if (this.closing) return void res.status(503).end();
    const tenant = currentTenant();
    const from = addressOf(res.req);
    res.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    });
    res.write('retry: 3000\n\n');
    const write = (text: string) => void (res.writableEnded || res.write(text));
    const say: Say = (event, data = {}) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    // A signal and a timer come from nowhere: each enters the tenant anew, free of the request that opened the stream.
    const checked = (then: () => void, sees: () => Promise<boolean> = () => Promise.resolve(true)) => {
      // A timer that was still to come: what it would ask goes away with the server.
      if (this.closing) return;
      void apart(() =>
        inTenant(tenant, async () => {
          if ((await this.mayGoOn(tenant, actor, from)) && (await sees())) then();
          else res.end();
        }),
      ).catch(() => res.end());
    };
    const sees = async () => {
      const now = await this.principals.person(actor.id!);
      return now !== null && mayHear(now);
    };
    this.open.set(res, { tenantId: tenant.id, personId: actor.id!, check: () => checked(() => undefined) });
    let waiting: NodeJS.Timeout | undefined;
    const stop = subscribe(() => {
      waiting ??= setTimeout(() => {
        waiting = undefined;
        checked(() => tell(say), sees);
      }, TOGETHER_MS);
    });
    const heartbeat = setInterval(() => checked(() => write(': still here\n\n')), HEARTBEAT_MS);
    heartbeat.unref();
    res.once('close', () => {
      stop();
      clearInterval(heartbeat);
      clearTimeout(waiting);
      this.open.delete(res);
    });
    tell(say);
  }

  private async mayGoOn({ schema }: Tenant, { sessionId }: PortalActor, from: string | null): Promise<boolean> {
    const tenant = await this.directory.bySchema(schema);
    return tenant !== null && isOperating(tenant) && (await this.principals.isSignedIn(sessionId!, from));
  }

  /** A server that goes down waits for its answers; these would never end. */
  beforeApplicationShutdown(): void {
    this.closing = true;
    for (const res of this.open.keys()) res.end();
  }
}
