import { Injectable } from '@nestjs/common';
import { direction, languageName, translate } from '@foyer/i18n';
import { Themes } from '@foyer/theming';
import { Cookies } from './cookies.js';
import { Csrf } from './csrf.js';
import type { FoyerRequest, FoyerResponse } from './request.js';
import type { FlashKind, SeeOther } from './see-other.js';

const FLASH = /^(good|bad|info) ([a-z]+(?:\.[a-z0-9-]+)+)$/;

/** Puts a view and the page's surroundings together and has the theme make HTML of it. */
@Injectable()
export class PageRenderer {
  constructor(
    private readonly themes: Themes,
    private readonly csrf: Csrf,
    private readonly cookies: Cookies,
  ) {}

  async page(req: FoyerRequest, res: FoyerResponse, template: string, view: object): Promise<string> {
    const globals = this.globals(req, res);
    const html = await this.themes.render(template, { ...view, ...globals });
    res.setHeader('Content-Type', 'text/html; charset=utf-8');
    res.setHeader('Cache-Control', 'no-store');
    return html;
  }

  redirect(res: FoyerResponse, { location, flash }: SeeOther): void {
    if (flash) this.cookies.set(res, 'flash', `${flash.kind} ${flash.key}`);
    res.setHeader('Cache-Control', 'no-store');
    res.redirect(303, location);
  }

  private globals(req: FoyerRequest, res: FoyerResponse): object {
    const { face, url, principal, site, locale, region, timeZone } = req.foyer;
    if (!principal || !site || !locale) throw new Error('The gate has not let this request in');
    const path = url.split('?')[0]!;
    const below = path === '/console' || path.startsWith('/console/');
    // A customer who knocks there stays in the portal.
    const onConsole = face === 'portal' && below && (principal.isTeam || principal.actor.kind === 'guest');
    return {
      site: site.view({ face, console: onConsole, path, locale, actor: principal.actor }),
      me: principal.view,
      page: {
        face: onConsole ? 'console' : face,
        path,
        locale,
        region,
        dir: direction(locale),
        csrf: this.csrf.tokenFor(req, res),
        flash: this.flash(req, res, locale),
        locales: site.locales.map((code) => ({ code, name: languageName(code), current: code === locale })),
        timeZone,
      },
    };
  }

  private flash(req: FoyerRequest, res: FoyerResponse, locale: string): { kind: FlashKind; text: string } | null {
    const match = FLASH.exec(this.cookies.read(req, 'flash') ?? '');
    if (!match) return null;
    this.cookies.clear(res, 'flash');
    try {
      return { kind: match[1] as FlashKind, text: translate(locale, match[2]!) };
    } catch {
      return null; // a cookie somebody made up
    }
  }
}
