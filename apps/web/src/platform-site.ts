import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { LOCALES, translate } from '@foyer/i18n';
import { Plans } from '@foyer/plans';
import { LegalTexts } from '@foyer/signup';
import { Themes } from '@foyer/theming';
import { type Face, platformOrigin, type SiteContext, Sites } from '@foyer/web';

const STAFF = [
  { href: '/tenants', label: 'staff.nav.tenants', icon: 'company' },
  { href: '/jobs', label: 'staff.nav.jobs', icon: 'clock' },
];
const SITE = [{ href: '/plans', label: 'signup.plans.nav', icon: 'tag' }];

/** The platform's own two sites: where businesses sign up, and where staff work. */
@Injectable()
export class PlatformSite implements OnModuleInit {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly sites: Sites,
    private readonly themes: Themes,
    private readonly plans: Plans,
    private readonly legal: LegalTexts,
  ) {}

  onModuleInit(): void {
    this.sites.register('site', () => this.load('site'));
    this.sites.register('admin', () => this.load('admin'));
  }

  private async load(face: Face): Promise<SiteContext> {
    const { stylesheets, settings, themeColour } = await this.themes.look();
    const origin = platformOrigin(this.config, face === 'admin' ? 'admin' : '');
    const ways = face === 'admin' ? STAFF : this.plans.areSold ? SITE : [];
    const nav = (locale: string, path: string) =>
      ways.map(({ label, ...way }) => ({
        ...{ ...way, label: translate(locale, label) },
        current: path.startsWith(way.href),
      }));
    return {
      view: ({ path, locale, actor }) => ({
        name: 'Foyer',
        origin,
        nav: face === 'site' || actor.kind === 'staff' ? nav(locale, path) : [],
        legal: face === 'site' ? this.legal.pages(locale) : [],
        stylesheets,
        themeColor: themeColour,
        settings,
        logo: null,
        favicon: null,
        supportEmail: null,
        platform: true,
      }),
      locales: [...LOCALES],
      defaultLocale: 'en',
      timeZone: 'UTC',
      has: () => true,
      status: 'active',
      statusMessage: '',
    };
  }
}
