import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';
import { Inject, Injectable } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';

export type CookieName = 'session' | 'visitor' | 'flash' | 'lang' | 'device' | 'arriving' | 'connecting' | 'connected';

/**
 * The product's cookies. On https each is `__Host-`: Secure, for this host alone, path `/` (ASVS 3.3.1–4); so a tenant's
 * cookie can never reach another host. The names carry no brand.
 */
@Injectable()
export class Cookies {
  private readonly secure: boolean;

  constructor(@Inject(CONFIG) config: Config) {
    this.secure = config.baseUrl.protocol === 'https:';
  }

  read(req: Pick<Request, 'headers'>, name: CookieName): string | null {
    const header = req.headers.cookie;
    return header ? (parseCookie(header)[this.named(name)] ?? null) : null;
  }

  /** Without `days` the cookie ends with the browser session. */
  set(res: Response, name: CookieName, value: string, days?: number): void {
    res.cookie(this.named(name), value, { ...this.options(), ...(days ? { maxAge: days * 86_400_000 } : {}) });
  }

  clear(res: Response, name: CookieName): void {
    res.clearCookie(this.named(name), this.options());
  }

  private named(name: CookieName): string {
    return this.secure ? `__Host-${name}` : name;
  }

  private options(): CookieOptions {
    return { httpOnly: true, sameSite: 'lax', secure: this.secure, path: '/' };
  }
}
