import type { Request } from 'express';
import { z } from 'zod';
import type passport from 'passport';
import type { Device } from '@foyer/credentials';
import { field, type FoyerRequest } from '@foyer/web';
import type { Connection } from './connection-book.js';
import type { Claims } from './claims.js';
import type { Flow } from './flows.js';
import { SignOnRefused } from './refused.js';

/** What is typed on a page of ours, where a provider has none. */
export const typedForm = z.object({
  name: field.text(254),
  password: field.password,
  ...{ return_to: z.string().optional().catch(undefined), side: z.string().optional().catch(undefined) },
  trial: z.string().optional().catch(undefined),
});
export interface TypedIn extends Pick<z.output<typeof typedForm>, 'name' | 'password'> {
  device: Device;
  /** By which a device shows that it has been in an account before. */
  mark: string | null;
}

/** What a strategy is asked: to send somebody to their provider, or to judge what they came back with, or have typed. */
export interface Asking {
  connection: Connection;
  flow: Flow;
  /** Where the provider sends them back to. */
  back: string;
  step: 'begin' | 'judge' | 'typed';
  /** Of the last. */
  typed?: TypedIn;
}
/** Where to, or that they are asked here, or who it is, or why not. */
export type Outcome = { to: string } | { asks: 'password' } | { claims: Claims } | { refused: SignOnRefused };
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
