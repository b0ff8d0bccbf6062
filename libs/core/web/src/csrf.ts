import type { Response } from 'express';
import { Inject, Injectable } from '@nestjs/common';
import { Refused } from '@foyer/access';
import { type Config, CONFIG } from '@foyer/config';
import { masked, newSecret, sign, signatureMatches, unmasked } from '@foyer/credentials';
import { currentTenantOrNull } from '@foyer/tenancy';
import { Cookies } from './cookies.js';
import type { FoyerRequest } from './request.js';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
export const isSafe = (method: string): boolean => SAFE.has(method);

/**
 * Two independent walls against forged posts (ASVS 3.5.1): the browser's own word where the post comes from, and a token
 * bound to the session, or for guests to a cookie of their own.
 */
@Injectable()
export class Csrf {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly cookies: Cookies,
  ) {}

  /** @throws Refused for a post that another site's page sent. */
  checkOrigin(req: FoyerRequest): void {
    const site = req.get('sec-fetch-site');
    if (site && site !== 'same-origin' && site !== 'none') throw new Refused('web.error.cross-site');
    const origin = req.get('origin');
    if (origin && origin !== `${req.protocol}://${req.get('host')}`) throw new Refused('web.error.cross-site');
  }

  /** @throws Refused when the form was not made for this session. */
  checkToken(req: FoyerRequest): void {
    const given = (req.body as Record<string, unknown> | undefined)?.['_csrf'];
    const binding = this.binding(req);
    if (typeof given !== 'string' || !binding || !signatureMatches(this.token(binding), unmasked(given)))
      throw new Refused('web.error.stale-form');
  }

  /** Was the form made, here, for somebody who is not there any more? */
  isOfAnother(req: FoyerRequest): boolean {
    const given = (req.body as Record<string, unknown> | undefined)?.['_csrf'];
    const binding = this.binding(req);
    const made = typeof given === 'string' && unmasked(given).length === this.token('').length;
    return made && !(binding && signatureMatches(this.token(binding), unmasked(given)));
  }

  /** The token for this page's forms; gives a guest the cookie it is bound to. */
  tokenFor(req: FoyerRequest, res: Response): string {
    let binding = this.binding(req);
    if (!binding) {
      binding = newSecret();
      this.cookies.set(res, 'visitor', binding);
    }
    return masked(this.token(binding));
  }

  private binding(req: FoyerRequest): string | null {
    return req.foyer.principal?.session?.id ?? this.cookies.read(req, 'visitor');
  }

  private token(binding: string): string {
    return sign(this.config.secretKey, 'csrf', `${currentTenantOrNull()?.id ?? 'platform'} ${binding}`);
  }
}
