import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Injectable, Logger } from '@nestjs/common';
import { Conflict, DomainError, InvalidField, NotFound, Refused, TooMany } from '@foyer/access';
import { closeReadingPage } from '@foyer/database';
import { translate } from '@foyer/i18n';
import { currentTenantOrNull } from '@foyer/tenancy';
import { Gate } from './gate.js';
import { PageRenderer } from './page-renderer.js';
import { plainPage } from './plain-page.js';
import type { FoyerRequest, FoyerResponse } from './request.js';
import { PortalClosed, SignInNeeded } from './web-errors.js';

/** Every error leaves through here, as a page in the operator's brand. What it says is chosen here, never taken from the error. */
@Catch()
@Injectable()
export class ErrorFilter implements ExceptionFilter {
  private readonly log = new Logger('Web');

  constructor(
    private readonly gate: Gate,
    private readonly renderer: PageRenderer,
  ) {}

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const req = host.switchToHttp().getRequest<FoyerRequest>();
    const res = host.switchToHttp().getResponse<FoyerResponse>();
    if (res.headersSent) return void res.destroy();
    if (!req.foyer) return plainPage(res, 400, 'This request cannot be understood.');
    if (error instanceof SignInNeeded) return this.renderer.redirect(res, { location: error.location });
    const status = statusOf(error);
    if (status >= 500 && !(error instanceof PortalClosed)) this.report(error, req);
    if (error instanceof TooMany) res.setHeader('Retry-After', String(error.retryAfterSeconds));
    if (req.foyer.machine) return void res.status(status).json({ status, reference: req.foyer.id });
    try {
      await this.gate.introduce(req, res);
      closeReadingPage();
      res.status(status);
      res.end(await this.renderer.page(req, res, ...this.view(error, status, req)));
    } catch (second) {
      this.report(second, req);
      plainPage(
        res,
        status,
        status === 404 ? 'There is nothing at this address.' : 'Something went wrong.',
        req.foyer.id,
      );
    }
  }

  private view(error: unknown, status: number, req: FoyerRequest): [string, object] {
    if (error instanceof PortalClosed) return [`settings/${error.status}`, { message: req.foyer.site!.statusMessage }];
    const { locale } = req.foyer;
    const values = error instanceof DomainError ? error.values : {};
    const say = (part: string) => translate(locale!, `web.error.${part}`, values);
    const known = [400, 403, 404, 409, 413, 422, 429].includes(status) ? String(status) : '500';
    const own = ownText(error);
    return [
      'settings/error',
      {
        status,
        title: say(`${known}.title`),
        text: own ? translate(locale!, own, values) : say(`${known}.text`),
        reference: status >= 500 ? req.foyer.id : null,
      },
    ];
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

function statusOf(error: unknown): number {
  if (error instanceof NotFound) return 404;
  if (error instanceof Refused) return 403;
  if (error instanceof Conflict) return 409;
  if (error instanceof InvalidField) return 422;
  if (error instanceof TooMany) return 429;
  if (error instanceof DomainError) return 422;
  if (error instanceof PortalClosed) return 503;
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof URIError) return 400;
  const { status } = error as { status?: unknown };
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}

/** The error's own words, where it has some worth showing. */
function ownText(error: unknown): string | null {
  if (error instanceof NotFound) return null;
  if (error instanceof DomainError) return error.code === 'access.refused' ? null : error.code;
  if (error instanceof HttpException && /^web\.error\.[a-z-]+$/.test(error.message)) return error.message;
  return null;
}
