import type { z } from 'zod';
import type { Actor } from '@foyer/access';
import type { Device } from '@foyer/credentials';
import { type MessageValues, regionAsked, translate } from '@foyer/i18n';
import { type CookieName, Cookies } from './cookies.js';
import { FormState } from './form.js';
import { addressOf, type FoyerRequest, type FoyerResponse, type Upload } from './request.js';

/** One request, as far as a controller needs it: language, forms, device and cookies. */
export class Visit {
  constructor(
    private readonly req: FoyerRequest,
    private readonly res: FoyerResponse,
    private readonly cookies: Cookies,
  ) {}

  /** Whose page it is: for what is shown on it. Verbs get their actor as an argument. */
  get actor(): Actor {
    return this.req.foyer.principal!.actor;
  }

  get locale(): string {
    return this.req.foyer.locale!;
  }

  /** For whatever formats dates and numbers. */
  get region(): string {
    return this.req.foyer.region!;
  }

  /** The browser's own, of the language of the page. */
  get regionAsked(): string | null {
    return regionAsked(this.req.get('accept-language'), this.locale);
  }

  get timeZone(): string {
    return this.req.foyer.timeZone!;
  }

  get locales(): string[] {
    return this.req.foyer.site!.locales;
  }

  get device(): Device {
    return { ip: addressOf(this.req), userAgent: this.req.get('user-agent') ?? null };
  }

  t(key: string, values?: MessageValues): string {
    return translate(this.locale, key, values);
  }

  /** What was sent, where its schema is only known by then. */
  posted<T>(schema: z.ZodType<T>): FormState<T> {
    return FormState.parse(this.req, schema);
  }

  /** The files that were sent with it, in whatever field. */
  get uploads(): readonly Upload[] {
    return this.req.uploads ?? [];
  }

  /** An untouched form, filled in with what is there now. */
  form(values: Record<string, string | string[] | null | undefined> = {}): FormState<never> {
    return FormState.of(this.req, values);
  }

  cookie(name: CookieName): string | null {
    return this.cookies.read(this.req, name);
  }

  /** Gives the browser its session; the anonymous visitor's cookie has had its day. */
  signIn(secret: string, device?: string): void {
    this.cookies.set(this.res, 'session', secret, 30);
    if (device) this.cookies.set(this.res, 'device', device, 365);
    this.cookies.clear(this.res, 'visitor');
    this.cookies.clear(this.res, 'arriving');
  }

  /** Remembers who is on their way in while they are asked for more. */
  arriving(secret: string): void {
    this.cookies.set(this.res, 'arriving', secret);
  }

  /** Remembers what was asked of a provider that is to vouch for somebody; null: it has answered. */
  connecting(sealed: string | null): void {
    if (sealed === null) this.cookies.clear(this.res, 'connecting');
    else this.cookies.set(this.res, 'connecting', sealed);
  }

  /** Remembers by whom this browser was vouched for, until it signs out there too. */
  connected(sealed: string | null): void {
    if (sealed === null) this.cookies.clear(this.res, 'connected');
    else this.cookies.set(this.res, 'connected', sealed, 30);
  }

  signOut(): void {
    this.cookies.clear(this.res, 'session');
  }

  /** Asks the browser to look again, for pages that show how far something is, or to go on elsewhere. Works without a script. */
  refreshIn(seconds: number, to?: string): void {
    this.res.setHeader('Refresh', to === undefined ? String(seconds) : `${seconds}; url=${to}`);
  }

  /** The same list with another choice: the current query with some of it changed; what is null goes. Starts at the first page. */
  link(path: string, changes: Record<string, string | null>): string {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...this.query, cursor: null, ...changes })) {
      if (typeof value === 'string' && value !== '') query.set(name, value);
    }
    const text = query.toString();
    return text ? `${path}?${text}` : path;
  }

  private get query(): Record<string, unknown> {
    return { ...this.req.query, lang: undefined };
  }
}
