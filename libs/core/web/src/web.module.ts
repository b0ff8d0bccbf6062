import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { registerMessages } from '@foyer/i18n';
import { ActionPages } from './action-pages.js';
import { BodyReader } from './body.js';
import { Cookies } from './cookies.js';
import { Csrf } from './csrf.js';
import { Edge } from './edge.js';
import { ErrorFilter } from './error.filter.js';
import { Gate } from './gate.js';
import { LookServer } from './look-server.js';
import { PageInterceptor } from './page.js';
import { PageRenderer } from './page-renderer.js';
import { Principals } from './principals.js';
import { SentForms } from './sent-forms.js';
import { Sites } from './site.js';

registerMessages('web', new URL('../locales', import.meta.url));
registerMessages('access', new URL('../../access/locales', import.meta.url));

@Global()
@Module({
  providers: [
    Principals,
    Sites,
    Cookies,
    Csrf,
    BodyReader,
    PageRenderer,
    SentForms,
    ActionPages,
    Gate,
    Edge,
    LookServer,
    { provide: APP_GUARD, useExisting: Gate },
    { provide: APP_INTERCEPTOR, useClass: PageInterceptor },
    { provide: APP_FILTER, useClass: ErrorFilter },
  ],
  exports: [Principals, Sites, Cookies, BodyReader, Edge, PageRenderer, SentForms],
})
export class WebModule {}
