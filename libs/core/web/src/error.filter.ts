import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Injectable, Logger } from '@nestjs/common';
import { DomainError, NotFound, Refused, TooMany } from '@foyer/access';
import { closeReadingPage, DatabaseUnreachable } from '@foyer/database';
import { formatters, type MessageValues, translate } from '@foyer/i18n';
import { currentTenantOrNull } from '@foyer/tenancy';
import { ActionPages } from './action-pages.js';
import { BodyReader } from './body.js';
import { Cookies } from './cookies.js';
import { Csrf, isSafe } from './csrf.js';
import { Gate } from './gate.js';
import { seeOther } from './see-other.js';
import { PageRenderer } from './page-renderer.js';
import { plainPage, type PlainNews } from './plain-page.js';
import { Principals } from './principals.js';
import { sendProblem } from './problem.js';
import type { FoyerRequest, FoyerResponse } from './request.js';
import { statusOf } from './status-of.js';
import { type TypedAgain, typedAgain } from './typed-again.js';
import { wordsFor } from './words-for.js';
import { AddressRefused, PortalClosed, PortalSuspended, RightNeeded, SectionOff, SignInNeeded } from './web-errors.js';

/** How soon it is worth asking again for what is away at the moment. */
const BACK_SOON_SECONDS = 5;
/** Where sending the same once more can work. Elsewhere it is shown to be copied. */
const SEND_AGAIN = new Set([401, 409, 413, 429, 500, 503]);
/** What could not be read cannot be shown. */
const UNREADABLE = 400;
/** What explains the API is the portal's, and answers browsers and programs each in their own way. */
const ABOUT_API = /^\/api\//;
const isProgram = (req: FoyerRequest): boolean =>
  req.get('authorization') !== undefined || req.accepts(['json', 'html']) !== 'html';
const LAST_WORDS: Record<number, PlainNews> = { 404: 'nothing-here', 503: 'away' };

/** Every error leaves through here, as a page in the operator's brand. What it says is chosen here, never taken from the error. */
@Catch()
@Injectable()
export class ErrorFilter implements ExceptionFilter {
  private readonly log = new Logger('Web');

  constructor(
    private readonly gate: Gate,
    private readonly renderer: PageRenderer,
    private readonly principals: Principals,
    private readonly bodies: BodyReader,
    private readonly csrf: Csrf,
    private readonly cookies: Cookies,
    private readonly actions: ActionPages,
  ) {}

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const req = host.switchToHttp().getRequest<FoyerRequest>();
    const res = host.switchToHttp().getResponse<FoyerResponse>();
    try {
      await this.answer(error, req, res);
    } catch (second) {
      // The database went away while the page of another error was made: then that is the news.
      if (second instanceof DatabaseUnreachable && !(error instanceof DatabaseUnreachable))
        return this.catch(second, host);
      // Nobody is behind this: what is thrown here would end the process, and with it every tenant's requests.
      if (!(second instanceof DatabaseUnreachable)) this.report(second, req);
      if (res.headersSent) return void res.destroy();
      if (req.foyer?.face === 'api') return sendProblem(error, req, res);
      const status = statusOf(error);
      plainPage(res, status, LAST_WORDS[status] ?? 'failed', { reference: status === 500 ? req.foyer.id : undefined });
    }
  }

  private async answer(error: unknown, req: FoyerRequest, res: FoyerResponse): Promise<void> {
    if (res.headersSent) return void res.destroy();
    if (!req.foyer) return plainPage(res, 400, 'unreadable');
    const explains = req.foyer.face === 'portal' && ABOUT_API.test(req.foyer.url);
    if (req.foyer.face === 'api' || (explains && isProgram(req))) {
      if (statusOf(error) >= 500 && !(error instanceof PortalClosed)) this.report(error, req);
      return sendProblem(error, req, res);
    }
    if (error instanceof SignInNeeded && !(await this.hasWords(req, res)))
      return this.renderer.redirect(res, { location: error.location });
    if (error instanceof PortalSuspended) {
      const words = (await this.again(error, 503, req, res))?.words;
      return plainPage(res, 503, 'suspended', { name: error.business, words });
    }
    const status = statusOf(error);
    const page = isSafe(req.method) && (status === 404 || status === 400) ? this.actions.pageOf(req) : null;
    if (page) return this.renderer.redirect(res, seeOther(inLanguageAsked(page, req)));
    if (status >= 500 && !(error instanceof PortalClosed)) this.report(error, req);
    const wait = error instanceof TooMany ? error.retryAfterSeconds : status === 503 ? BACK_SOON_SECONDS : null;
    if (wait !== null) res.setHeader('Retry-After', String(wait));
    if (req.foyer.machine && !explains) return void res.status(status).json({ status, reference: req.foyer.id });
    await this.introduce(error, req, res);
    closeReadingPage();
    const again = await this.again(error, status, req, res);
    const [template, view] = isAboutRights(error)
      ? await this.withoutRight(error, req)
      : this.view(error, again && isStale(error) ? 'stale-form-again' : status, req);
    res.status(status);
    res.end(await this.renderer.page(req, res, template, { ...view, again }));
  }

  /** Without a database nobody is known; whose portal it is, is still remembered. */
  private async introduce(error: unknown, req: FoyerRequest, res: FoyerResponse): Promise<void> {
    if (error instanceof DatabaseUnreachable) req.foyer.principal ??= await this.principals.find(req.foyer.face, null);
    await this.gate.introduce(req, res);
  }

  /** Somebody's session ended while they were writing. */
  private async hasWords(req: FoyerRequest, res: FoyerResponse): Promise<boolean> {
    const typed = await this.again(null, 401, req, res);
    // Another tab may have taken the session's cookie away; the form still knows that there was one.
    return typed !== null && (this.cookies.read(req, 'session') !== null || this.csrf.isOfAnother(req));
  }

  /** What was typed, with a button where sending it once more can help. It is read now when the request had not come that far. */
  private async again(
    error: unknown,
    status: number,
    req: FoyerRequest,
    res: FoyerResponse,
  ): Promise<TypedAgain | null> {
    if (status === UNREADABLE) return null;
    const closed = error instanceof PortalClosed && error.status === 'disabled';
    try {
      this.csrf.checkOrigin(req);
      if (req.body === undefined && !isSafe(req.method)) await this.bodies.readWords(req, res);
    } catch {
      return null; // from elsewhere, or unreadable: nothing of it is shown
    }
    const typed = typedAgain(req, isStale(error) || (SEND_AGAIN.has(status) && !closed));
    // While nobody is known, the page cannot make a token for its reader: the form keeps the one it came with.
    const sent = (req.body as Record<string, unknown> | undefined)?.['_csrf'];
    return typed && error instanceof DatabaseUnreachable
      ? { ...typed, token: typeof sent === 'string' ? sent : '' }
      : typed;
  }

  private view(error: unknown, what: number | 'stale-form-again', req: FoyerRequest): [string, object] {
    if (error instanceof PortalClosed) return [`settings/${error.status}`, { message: req.foyer.site!.statusMessage }];
    const { locale } = req.foyer;
    if (error instanceof AddressRefused) return addressRefused(error, locale!);
    const words = error instanceof DomainError ? wordsFor(error, req) : null;
    const values = words?.values ?? {};
    const say = (part: string) => translate(locale!, `web.error.${part}`, values);
    const status = typeof what === 'number' ? what : 403;
    const known = what !== status || KNOWN.has(status) ? String(what) : '500';
    if (error instanceof SectionOff) return this.sectionOff(error, req);
    const own = what === status ? ownText(error, words?.code) : null;
    const said = own ? translate(locale!, own, values) : null;
    // What happened is the news; that somebody else changed something is only mostly what a conflict is.
    const [news, more] = said && SAYS_WHAT.has(status) ? headline(said, locale!) : [null, said];
    return [
      'settings/error',
      {
        status,
        title: news ?? say(`${known}.title`),
        signIn: error instanceof SignInNeeded ? error.location : null,
        text: more ?? say(`${known}.text`),
        reference: status === 500 ? req.foyer.id : null,
        wayOut: words?.wayOut ? { ...words.wayOut, label: translate(locale!, words.wayOut.label) } : null,
      },
    ];
  }

  /** What the page is, or that something cannot be done, and who can give the right to it. */
  private async withoutRight(error: unknown, req: FoyerRequest): Promise<[string, object]> {
    const { locale, region, timeZone, principal, site, url } = req.foyer;
    const say = (key: string, values?: MessageValues) => translate(locale!, `web.error.right.${key}`, values);
    const names = (await principal!.askFor?.()) ?? [];
    const page = site!.nameOf?.(url.split('?')[0]!, locale!);
    const team = error instanceof RightNeeded && error.side === 'team';
    const opened = isSafe(req.method) ? (page ? say('title', { page }) : say('title-unnamed')) : say('title-action');
    const asked =
      names.length > 0 ? say('text', { names: formatters(region!, timeZone!).list(names) }) : say('text-unnamed');
    const [title, text] = team ? [say('team-title'), say('team-text')] : [opened, asked];
    return ['settings/error', { status: 403, title, text, signIn: null, reference: null }];
  }

  private sectionOff({ feature }: SectionOff, { foyer }: FoyerRequest): [string, object] {
    const { locale, site, principal } = foyer;
    const section = site!.featureName?.(feature, locale!) ?? feature;
    const say = (key: string) => translate(locale!, `web.error.section.${key}`, { section });
    const text = say(principal!.isTeam ? 'text-team' : 'text');
    return ['settings/error', { status: 404, title: say('title'), text, signIn: null, reference: null }];
  }

  private report(error: unknown, req: FoyerRequest): void {
    const { id, principal, url } = req.foyer;
    const where = {
      request: id,
      tenant: currentTenantOrNull()?.id ?? null,
      actor: principal?.actor.id ?? null,
      method: req.method,
      path: url.split('?')[0],
    };
    this.log.error({
      ...where,
      error: error instanceof Error ? error.message : String(error),
      stack: error instanceof Error ? error.stack : undefined,
    });
  }
}

function addressRefused({ address }: AddressRefused, locale: string): [string, object] {
  const say = (part: string) => translate(locale, `web.error.address.${part}`, { address: address ?? '–' });
  return ['settings/error', { status: 403, title: say('title'), text: say('text'), signIn: null, reference: null }];
}

const KNOWN = new Set([400, 401, 403, 404, 409, 413, 422, 429, 503]);
/** Whose errors say by themselves what happened. */
const SAYS_WHAT = new Set([409, 422]);
const isStale = (error: unknown): boolean => error instanceof Refused && error.code === 'web.error.stale-form';

/** The first sentence as a heading, and what follows it. */
function headline(text: string, locale: string): [string, string | null] {
  const [first = '', ...rest] = [...new Intl.Segmenter(locale, { granularity: 'sentence' }).segment(text)].map(
    ({ segment }) => segment,
  );
  return [first.trim().replace(/(?<!\.)\.$/, ''), rest.join('').trim() || null];
}

/** Whoever chooses a language on the page that answered a post is led to the form's own page, in that language. */
const inLanguageAsked = (page: string, { query }: FoyerRequest): string =>
  typeof query['lang'] === 'string' ? `${page}?lang=${encodeURIComponent(query['lang'])}` : page;

/** A verb's refusal without a reason of its own is a right that is missing, too. */
const isAboutRights = (error: unknown): boolean =>
  error instanceof RightNeeded || (error instanceof Refused && error.code === 'access.refused');

/** The error's own words, where it has some worth showing. */
function ownText(error: unknown, code: string | undefined): string | null {
  if (error instanceof NotFound) return null;
  if (error instanceof DomainError) return code === 'access.refused' ? null : code!;
  if (error instanceof HttpException && /^web\.error\.[a-z-]+$/.test(error.message)) return error.message;
  return null;
}
