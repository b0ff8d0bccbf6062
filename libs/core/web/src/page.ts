import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { firstValueFrom, from, type Observable } from 'rxjs';
import { closeReadingPage } from '@foyer/database';
import { REPEATABLE, VIEW } from './audience.js';
import { FormState } from './form.js';
import { OtherView } from './other-view.js';
import { PageRenderer } from './page-renderer.js';
import type { FoyerRequest, FoyerResponse } from './request.js';
import { SeeOther } from './see-other.js';
import { SentForms } from './sent-forms.js';

/** Turns what a handler returns into an answer: a view into a page, `seeOther` into a redirect. */
@Injectable()
export class PageInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly renderer: PageRenderer,
    private readonly sent: SentForms,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    return from(this.answer(context, http.getRequest<FoyerRequest>(), http.getResponse<FoyerResponse>(), next));
  }

  private async answer(
    context: ExecutionContext,
    req: FoyerRequest,
    res: FoyerResponse,
    next: CallHandler,
  ): Promise<unknown> {
    const handle = () => firstValueFrom<unknown, undefined>(next.handle(), { defaultValue: undefined });
    const repeatable = this.reflector.get<boolean | undefined>(REPEATABLE, context.getHandler()) === true;
    const result: unknown = await (repeatable ? handle() : this.sent.once(req, handle));
    if (res.headersSent) return undefined;
    if (result instanceof SeeOther) {
      this.renderer.redirect(res, result);
      return undefined;
    }
    const template = this.reflector.get<string | undefined>(VIEW, context.getHandler());
    const {
      template: name,
      view,
      status,
    } = result instanceof OtherView ? result : { template, view: result as object, status: 200 };
    if (!name) return result;
    closeReadingPage();
    res.status(status === 200 && hasFailedForm(view) ? 422 : status);
    return this.renderer.page(req, res, name, view ?? {});
  }
}

/** A form stands in the view itself or, where a page has several, in one record of it. */
function hasFailedForm(view: object | undefined): boolean {
  const values: unknown[] = Object.values(view ?? {});
  const forms = (view as { forms?: object } | undefined)?.forms;
  return [...values, ...Object.values(forms ?? {})].some((value) => value instanceof FormState && value.failed);
}
