import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { type Actor, holds } from '@foyer/access';
import { type Config, CONFIG } from '@foyer/config';
import { LOCALES, translate } from '@foyer/i18n';
import { Plans } from '@foyer/plans';
import { LegalTexts } from '@foyer/signup';
import { Themes } from '@foyer/theming';
import { type Face, platformOrigin, type SiteContext, Sites } from '@foyer/web';

interface Way {
  href: string;
  label: string;
  icon: string;
  /** Only where plans are sold, for who sees to bills. */
  sold?: boolean;
}
const STAFF: Way[] = [
  { href: '/tenants', label: 'staff.nav.tenants', icon: 'company' },
  { href: '/revenue', label: 'staff.nav.revenue', icon: 'pulse', sold: true },
  { href: '/jobs', label: 'staff.nav.jobs', icon: 'clock' },
];
const SITE: Way[] = [{ href: '/plans', label: 'signup.plans.nav', icon: 'tag' }];

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
    const sold = this.plans.areSold;
    const ways: Way[] = face === 'admin' ? STAFF : sold ? SITE : [];
    const nav = (locale: string, path: string, { ability }: Actor) =>
      ways
        .filter((way) => !way.sold || (sold && holds(ability, 'read', 'Revenue')))
        .map(({ href, icon, label }) => ({
          ...{ href, icon, label: translate(locale, label) },
          current: path.startsWith(href),
        }));
    return {
      view: ({ path, locale, actor }) => ({
        name: 'Foyer',
        origin,
        nav: face === 'site' || actor.kind === 'staff' ? nav(locale, path, actor) : [],
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
