import type { Server } from 'node:http';
import type { RequestHandler } from 'express';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** What has begun may take this long once the process was told to end. */
const PATIENCE_MS = 10_000;

/**
 * The end of the process. Requests that have begun are answered; each answer says that the connection closes, since a
 * busy client would keep it open by asking on and on (RFC 9112, 9.6). Whoever still holds one after ten seconds loses it.
 */
@Injectable()
export class Draining implements BeforeApplicationShutdown {
  private draining = false;

  constructor(private readonly adapter: HttpAdapterHost) {}

  readonly handle: RequestHandler = (_req, res, next) => {
    if (this.draining) res.setHeader('Connection', 'close');
    next();
  };

  /** Load balancers ask this, and send nobody here any more. */
  get isDraining(): boolean {
    return this.draining;
  }

  beforeApplicationShutdown(): void {
    this.draining = true;
    // The worker has no server.
    const server = this.adapter.httpAdapter?.getHttpServer() as Server | undefined;
    setTimeout(() => server?.closeAllConnections(), PATIENCE_MS).unref();
  }
}
