import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { NotFound, holds } from '@foyer/access';
import { causedBy } from '@foyer/events';
import { isTimeZone, negotiateLocale, regionOf } from '@foyer/i18n';
import { AUDIENCE, type Audience, CAN, DURING_MAINTENANCE, FEATURE, GUEST } from './audience.js';
import { BodyReader } from './body.js';
import { Cookies } from './cookies.js';
import { Csrf, isSafe } from './csrf.js';
import { type Principal, Principals } from './principals.js';
import { addressOf, type FoyerRequest, type FoyerResponse } from './request.js';
import { Sites } from './site.js';
import { AddressRefused, PortalClosed, RightNeeded, SectionOff, SignInNeeded } from './web-errors.js';

/**
 * The one guard on every handler. In this order: where the post comes from, who is asking, in which language, whether the
 * handler is for them and its section switched on, and only then what they sent.
 */
@Injectable()
export class Gate implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly principals: Principals,
    private readonly sites: Sites,
    private readonly cookies: Cookies,
    private readonly csrf: Csrf,
    private readonly bodies: BodyReader,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const req = context.switchToHttp().getRequest<FoyerRequest>();
    const res = context.switchToHttp().getResponse<FoyerResponse>();
    if (this.audienceOf(context) === 'machine') return this.machine(context, req, res);
    // Nobody is known yet: the one handler of that face asks for a key before anything else.
    if (this.audienceOf(context) === 'key') return (req.foyer.machine = req.foyer.face === 'api');
    const posting = !isSafe(req.method);
    if (posting) this.csrf.checkOrigin(req);
    const principal = await this.introduce(req, res, this.audienceOf(context));
    this.admit(context, req, principal);
    if (posting) {
      await this.bodies.read(req, res);
      this.csrf.checkToken(req);
    }
    return true;
  }

  /** A program: nobody is signed in, so there is nothing that another site's page could misuse. */
  private async machine(context: ExecutionContext, req: FoyerRequest, res: FoyerResponse): Promise<boolean> {
    req.foyer.machine = true;
    req.foyer.principal = await this.principals.find(req.foyer.face, null);
    const principal = await this.introduce(req, res);
    this.admit(context, req, principal);
    return true;
  }

  private audienceOf(context: ExecutionContext): Audience | undefined {
    return this.reflector.getAllAndOverride<Audience | undefined>(AUDIENCE, [context.getHandler(), context.getClass()]);
  }

  /** Finds out who is asking and whose page it is; also used for error pages of requests that no handler takes. */
  async introduce(req: FoyerRequest, res: FoyerResponse, audience?: Audience): Promise<Principal> {
    const { foyer } = req;
    foyer.cookies = this.cookies;
    foyer.site ??= await this.sites.load(foyer.face);
    const secret = this.cookies.read(req, 'session');
    const principal = (foyer.principal ??= await this.principals.find(
      ...([foyer.face, secret, audience === 'team', addressOf(req)] as const),
    ));
    causedBy(principal.actor);
    const { locales, defaultLocale, timeZone } = foyer.site;
    const chosen = this.chosenLocale(req, res, locales);
    foyer.locale =
      [chosen, principal.locale].find((locale) => locale && locales.includes(locale)) ??
      negotiateLocale(req.get('accept-language'), locales, defaultLocale);
    foyer.region = regionOf(foyer.locale, foyer.site.regions);
    foyer.timeZone = principal.timeZone && isTimeZone(principal.timeZone) ? principal.timeZone : timeZone;
    return principal;
  }

  /** `?lang=de` chooses a language and is remembered by a cookie. */
  private chosenLocale(req: FoyerRequest, res: FoyerResponse, locales: string[]): string | null {
    const asked = req.query['lang'];
    if (typeof asked === 'string' && locales.includes(asked)) {
      this.cookies.set(res, 'lang', asked, 365);
      return asked;
    }
    return this.cookies.read(req, 'lang');
  }

  private admit(context: ExecutionContext, req: FoyerRequest, { actor, isTeam, barred, onward }: Principal): void {
    const handler = context.getHandler();
    const both = [handler, context.getClass()];
    const audience = this.audienceOf(context);
    const guestsToo = this.reflector.get<boolean | undefined>(GUEST, handler) === true;
    const { site } = req.foyer;
    if (!audience) throw new NotFound();

    const closed = site!.status !== 'active' && audience === 'customer' && !isTeam;
    if (closed && !this.reflector.get<string[] | undefined>(DURING_MAINTENANCE, handler)?.includes(site!.status))
      throw new PortalClosed(site!.status as 'maintenance' | 'disabled');
    const feature = this.reflector.getAllAndOverride<string | undefined>(FEATURE, both);
    if (feature && !site!.has(feature)) throw audience === 'machine' ? new NotFound() : new SectionOff(feature);

    if (!guestsToo && audience !== 'visitor' && audience !== 'machine') {
      if (barred) throw new AddressRefused(addressOf(req));
      if (actor.kind === 'guest')
        throw new SignInNeeded(onward ?? (audience === 'team' ? '/console/sign-in' : '/sign-in'), req);
      if (audience === 'team' && !isTeam) throw new RightNeeded('team');
    }
    const needed = this.reflector.getAllAndOverride<{ action: string; subject: string } | undefined>(CAN, both);
    if (needed && actor.kind !== 'guest' && !holds(actor.ability, needed.action, needed.subject))
      throw new RightNeeded();
  }
}
