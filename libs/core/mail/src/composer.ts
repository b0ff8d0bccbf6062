import { convert } from 'html-to-text';
import { Injectable } from '@nestjs/common';
import { abilityOf, type Actor } from '@foyer/access';
import { direction, regionOf } from '@foyer/i18n';
import { currentTenant } from '@foyer/tenancy';
import { Themes } from '@foyer/theming';
import { Sites } from '@foyer/web';
import { headerText } from './headers.js';
import type { Mail } from './mail.entity.js';

export interface Composed {
  fromName: string;
  subject: string;
  html: string;
  text: string;
}

const NOBODY: Actor = { kind: 'guest', id: null, name: '', ability: abilityOf(() => {}) };

/** Makes a letter of a mail: in the tenant's look, the reader's language, as HTML and as text. */
@Injectable()
export class Composer {
  constructor(
    private readonly themes: Themes,
    private readonly sites: Sites,
  ) {}

  async compose({ template, data, locale: wanted }: Pick<Mail, 'template' | 'data' | 'locale'>): Promise<Composed> {
    const { origin, name } = currentTenant();
    const { view, timeZone, locale, region } = await this.site(wanted);
    const page = {
      face: 'portal',
      path: '/',
      locale,
      region,
      dir: direction(locale),
      csrf: '',
      flash: null,
      locales: [],
      timeZone,
    };
    const context = { ...data, site: view, me: null, page };
    const html = await this.themes.render(template, context);
    const text = (await this.themes.has(`${template}.txt`))
      ? await this.themes.renderText(template, context)
      : plainText(html, origin);
    const fromName = headerText(view.name || name, 100);
    return { fromName, subject: headerText(titleOf(html)) || fromName, html, text };
  }

  /** In the reader's language where the portal speaks it, else in the portal's own. */
  private async site(wanted: string) {
    const site = await this.sites.load('portal');
    const locale = site.locales.includes(wanted) ? wanted : site.defaultLocale;
    return {
      locale,
      region: regionOf(locale, site.regions),
      view: site.view({ face: 'portal', console: false, path: '/', locale, actor: NOBODY }),
      timeZone: site.timeZone,
    };
  }
}

/** The subject is what the template gave its layout as title; the layout puts it into `<title>`. */
function titleOf(html: string): string {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(html)?.[1] ?? '';
  return convert(title, { wordwrap: false });
}

/** What a reader without HTML gets: the same words, links written out, pictures left away. */
function plainText(html: string, baseUrl: string): string {
  return convert(html, {
    wordwrap: 78,
    selectors: [
      { selector: 'img', format: 'skip' },
      { selector: 'title', format: 'skip' },
      { selector: '[data-text=skip]', format: 'skip' },
      { selector: 'a', options: { baseUrl, hideLinkHrefIfSameAsText: true, linkBrackets: ['<', '>'] } },
      ...['h1', 'h2', 'h3'].map((selector) => ({ selector, options: { uppercase: false } })),
    ],
  }).trim();
}
