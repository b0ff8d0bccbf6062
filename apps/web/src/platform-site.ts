import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { LOCALES, translate } from '@foyer/i18n';
import { Themes } from '@foyer/theming';
import { type Face, platformOrigin, type SiteContext, Sites } from '@foyer/web';

/** The platform's own two sites: where businesses sign up, and where staff work. */
@Injectable()
export class PlatformSite implements OnModuleInit {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly sites: Sites,
    private readonly themes: Themes,
  ) {}

  onModuleInit(): void {
    this.sites.register('site', () => this.load('site'));
    this.sites.register('admin', () => this.load('admin'));
  }

  private async load(face: Face): Promise<SiteContext> {
    const { stylesheets, settings, themeColour } = await this.themes.look();
    const origin = platformOrigin(this.config, face === 'admin' ? 'admin' : '');
    const admin = (locale: string, path: string) =>
      [
        { href: '/tenants', label: translate(locale, 'staff.nav.tenants'), icon: 'company' },
        { href: '/jobs', label: translate(locale, 'staff.nav.jobs'), icon: 'clock' },
      ].map((item) => ({ ...item, current: path.startsWith(item.href) }));
    return {
      view: ({ path, locale, actor }) => ({
        name: 'Foyer',
        origin,
        nav: face === 'admin' && actor.kind === 'staff' ? admin(locale, path) : [],
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
