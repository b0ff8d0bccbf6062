import type { Request } from 'express';
import type passport from 'passport';
import type { FoyerRequest } from '@foyer/web';
import type { Connection } from './connection-book.js';
import type { Claims } from './claims.js';
import type { Flow } from './flows.js';
import { SignOnRefused } from './refused.js';

/** What a strategy is asked: to send somebody to their provider, or to judge what they came back with. */
export interface Asking {
  connection: Connection;
  flow: Flow;
  /** Where the provider sends them back to. */
  back: string;
  step: 'begin' | 'judge';
}
/** Where to, or who it is, or why not. */
export type Outcome = { to: string } | { claims: Claims } | { refused: SignOnRefused };
export type SignOnRequest = FoyerRequest & { signOn?: Asking };

type Verify = (req: SignOnRequest, done: (error: unknown, outcome?: unknown) => void) => void;

/**
 * What the strategies of all protocols are to passport. Which connection is meant is known by the request alone, so one strategy serves
 * all tenants; a refusal is an answer like any other, and only what is broken is an error.
 */
export class Handshake implements passport.Strategy {
  constructor(private readonly verify: Verify) {}

  authenticate(this: passport.StrategyCreated<this> & Handshake, req: Request): void {
    this.verify(req as SignOnRequest, (error, outcome) => {
      if (error instanceof SignOnRefused) this.success({ refused: error } satisfies Outcome);
      else if (error) this.error(error);
      else this.success(outcome as Outcome);
    });
  }
}
