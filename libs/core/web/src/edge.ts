import { AsyncResource } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import { BadRequestException, Inject, Injectable } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { NotFound } from '@foyer/access';
import { closeReadingPage, DatabaseUnreachable, readingPage } from '@foyer/database';
import { withCause } from '@foyer/events';
import { FileServer } from '@foyer/files';
import { inTenant, isOperating, type Tenant, TenantDirectory } from '@foyer/tenancy';
import { hostKind, platformOrigin } from './hosts.js';
import { isSafe } from './csrf.js';
import { LookServer } from './look-server.js';
import { packing } from './packing.js';
import { plainPage } from './plain-page.js';
import type { Face } from './face.js';
import type { FoyerRequest } from './request.js';
import { Problem, sendProblem } from './problem.js';
import { PortalSuspended } from './web-errors.js';

/**
 * Where every request comes in. Decides by the host alone whose request it is, enters the tenant for everything that
 * follows, and puts the face in front of the path, so that a controller of one face cannot be reached on another's host.
 */
@Injectable()
export class Edge {
  private readonly headers: (req: Request, res: Response, next: (error?: unknown) => void) => void;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly directory: TenantDirectory,
    private readonly files: FileServer,
    private readonly look: LookServer,
  ) {
    this.headers = securityHeaders(config);
  }

  readonly handle = (req: Request, res: Response, next: NextFunction): void => {
    this.headers(req, res, () =>
      packing(
        req,
        res,
        () =>
          void this.route(req as FoyerRequest, res, next).catch((error) => fail(error, req as FoyerRequest, res, next)),
      ),
    );
  };

  private async route(req: FoyerRequest, res: Response, next: NextFunction): Promise<void> {
    const id = randomUUID();
    res.setHeader('X-Request-Id', id);
    const host = req.hostname?.toLowerCase().replace(/\.$/, '') ?? '';
    const kind = hostKind(this.config, host);
    if (kind === 'files') return this.files.serve(req, res);
    // A page puts its own address into links: two slashes at its beginning, or what browsers take for them, would lead to another host.
    const url = req.url.replace(/^[/\\]+/, '/');
    const face: Face = kind !== 'tenant' ? (kind as Face) : API.test(url) ? 'api' : 'portal';
    req.foyer = { id, face, url, startedAt: performance.now() };
    const tenant = kind === 'tenant' ? await this.directory.byHost(host) : null;
    if (kind === 'tenant' && (!tenant || tenant.status === 'closed'))
      return face === 'api' ? sendProblem(new NotFound(), req, res) : plainPage(res, 404, 'no-portal');

    const suspended = tenant && !isOperating(tenant) ? tenant.name : null;
    if (suspended !== null && face === 'api') return sendProblem(new Problem(403, 'suspended'), req, res);
    if (suspended !== null && isSafe(req.method)) return plainPage(res, 503, 'suspended', { name: suspended });
    // The page gives back what was typed.
    if (suspended !== null) return next(new PortalSuspended(suspended));
    req.url = `/_${face}${req.url.startsWith('/') ? '' : '/'}${req.url}`;
    enter(tenant, id, () => {
      // PostgreSQL keeps no NUL, and nobody means one.
      if (/%00/.test(req.foyer.url)) return next(new BadRequestException('web.error.filter'));
      if (!isSafe(req.method)) return next();
      if (/^\/(?:assets\/|theme\.css)/.test(req.foyer.url)) return void this.look.serve(req, res).catch(next);
      readPage(res, next);
    });
  }
}

/** What explains it is the portal's. */
const API = /^\/api(?!\/(?:docs|openapi\.json)\/?(?:\?|$))(?:[/?]|$)/;

/** Whose host it is cannot be found out at the moment. */
function fail(error: unknown, req: FoyerRequest, res: Response, next: NextFunction): void {
  if (!(error instanceof DatabaseUnreachable)) return next(error);
  if (req.foyer?.face === 'api') return sendProblem(error, req, res);
  res.setHeader('Retry-After', '5');
  plainPage(res, 503, 'away');
}

function enter(tenant: Tenant | null, request: string, fn: () => void): void {
  withCause({ request }, () => (tenant ? inTenant(tenant, fn) : fn()));
}

/** A GET cannot write (ASVS 3.5.3): all it reads comes from read-only transactions, which end with the answer at the latest. */
function readPage(res: Response, next: NextFunction): void {
  readingPage(() => {
    res.once('close', AsyncResource.bind(closeReadingPage));
    next();
  });
}

function securityHeaders(config: Config) {
  const files = platformOrigin(config, 'files');
  const https = config.baseUrl.protocol === 'https:';
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        // A picture that somebody has just chosen is shown before it is sent.
        imgSrc: ["'self'", files, 'blob:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        objectSrc: ["'none'"],
        ...(https ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    originAgentCluster: true,
  });
}
