import { Injectable, type OnModuleInit } from '@nestjs/common';
import { holds, type Actor } from '@foyer/access';
import { translate } from '@foyer/i18n';
import { currentTenant } from '@foyer/tenancy';
import { PLAN_PAGE } from '@foyer/entitlements';
import { Slot, Slots } from '@foyer/slots';
import { type Look, Themes } from '@foyer/theming';
import { type SiteContext, Sites, type SiteView } from '@foyer/web';
import { Features } from './features.js';
import { Items } from './items.js';
import { offeredLocales } from './offered-locales.js';
import { LEGAL_PAGES, legalHref, legalText } from './legal.js';
import { Navigation, shown } from './navigation.js';
import { SetupPages } from './setup-pages.js';
import type { BrandPicture } from './sections.js';
import { type Snapshot, SettingsMemory } from './settings-memory.js';

/** What the team should know on every page of the console; what leads nowhere has no `href`. */
export interface ConsoleNotice {
  tone: 'warn' | 'bad';
  text: string;
  href?: string;
  label?: string;
}
/** Null: nothing to tell this one. Asked for each page, so it asks no database. */
export type FindNotice = (actor: Actor, locale: string) => ConsoleNotice | null;
export const consoleNotices = new Slot<FindNotice>('console.notices');

type PageOf = Parameters<SiteContext['view']>[0];

/** Tells the web module whose portal it serves: brand, navigation, languages, state. */
@Injectable()
export class PortalSite implements OnModuleInit {
  constructor(
    private readonly sites: Sites,
    private readonly memory: SettingsMemory,
    private readonly themes: Themes,
    private readonly features: Features,
    private readonly navigation: Navigation,
    private readonly setup: SetupPages,
    private readonly items: Items,
    private readonly slots: Slots,
  ) {}

  onModuleInit(): void {
    this.sites.register('portal', () => this.load());
  }

  async load(): Promise<SiteContext> {
    const snapshot = await this.memory.snapshot();
    const look = await this.themes.look();
    const { general, portal, features } = snapshot;
    return {
      view: (page) => this.view(snapshot, look, page),
      locales: offeredLocales(general),
      defaultLocale: general.defaultLocale,
      timeZone: general.timeZone,
      regions: general.regions,
      nameOf: (path, locale) => nameAmong(path, [...this.setup.all(), ...this.navigation.all('console')], locale),
      featureName: (feature, locale) => {
        const declared = this.features.all().find(({ name }) => name === feature);
        return declared ? translate(locale, declared.label) : null;
      },
      has: (feature) => this.features.isOn(feature, features),
      status: portal.status,
      statusMessage: portal.message,
      supportEmail: general.supportEmail,
    };
  }

  private view(snapshot: Snapshot, look: Look, { console, path, locale, actor }: PageOf): SiteView {
    const { general, branding, features, legal } = snapshot;
    const isOn = (feature: string) => this.features.isOn(feature, features);
    const { name, origin } = currentTenant();
    return {
      name: general.name ?? name,
      origin,
      nav: shown(this.navigation.for(console ? 'console' : 'portal', actor, isOn), path, locale),
      stylesheets: look.stylesheets,
      platform: false,
      logo: logoOf(branding),
      favicon: branding.favicon ? pictureUrl('favicon', branding.favicon) : null,
      themeColor: look.themeColour,
      palette: look.palette,
      settings: look.settings,
      supportEmail: general.supportEmail,
      contact: general.contact,
      legal: LEGAL_PAGES.filter((page) => legalText(legal, page, locale)).map((page) => ({
        href: legalHref(page, legalText(legal, page, locale)),
        label: translate(locale, `settings.legal.${page}`),
      })),
      features: Object.fromEntries(this.features.all().map(({ name }) => [name, isOn(name)])),
      setup: console && /^\/console\/settings(?:\/|$)/.test(path) ? this.setup.for(actor, isOn, path, locale) : null,
      notices: console
        ? [
            ...noticesFor(snapshot, this.items.setAside(), actor, locale),
            ...this.slots.of(consoleNotices).flatMap((find) => find(actor, locale) ?? []),
          ]
        : [],
    };
  }
}

/** The nearest page above a path that has a name. */
function nameAmong(path: string, pages: readonly { href: string; label: string }[], locale: string): string | null {
  const [nearest] = pages
    .filter(({ href }) => path === href || path.startsWith(`${href}/`))
    .sort((a, b) => b.href.length - a.href.length);
  return nearest ? translate(locale, nearest.label) : null;
}

/** In CSS pixels; the pictures are kept larger. */
const LOGO_HEIGHT = 36;

function logoOf({ logo, logoDark }: Snapshot['branding']) {
  if (!logo) return null;
  return {
    src: pictureUrl('logo', logo),
    srcDark: logoDark ? pictureUrl('logoDark', logoDark) : null,
    width: Math.round((logo.width / logo.height) * LOGO_HEIGHT),
    height: LOGO_HEIGHT,
  };
}

export function pictureUrl(kind: string, { sha256 }: BrandPicture): string {
  return `/brand/${kind}/${sha256.slice(0, 12)}.png`;
}

function noticesFor(snapshot: Snapshot, items: ReadonlyMap<string, number>, { ability }: Actor, locale: string) {
  const { portal, templateFailure } = snapshot;
  const say = (key: string) => translate(locale, `settings.notice.${key}`);
  const notices: ConsoleNotice[] = [];
  if (currentTenant().status === 'restricted') {
    const toPlan = { href: PLAN_PAGE, label: translate(locale, 'entitlements.to-the-plan') };
    const mayPlan = holds(ability, 'manage', 'Settings');
    notices.push({ tone: 'warn', text: translate(locale, 'entitlements.restricted-notice'), ...(mayPlan && toPlan) });
  }
  if (portal.status !== 'active') {
    notices.push({ tone: 'warn', text: say(portal.status), href: '/console/settings/portal', label: say('change') });
  }
  if (templateFailure && holds(ability, 'manage', 'Settings')) {
    const { template, line, reason } = templateFailure;
    const text = translate(locale, 'settings.notice.template', { template, line: line ?? 1, reason });
    notices.push({ tone: 'bad', text, href: '/console/settings/branding', label: say('look') });
  }
  const aside = [...snapshot.setAside().values(), ...items.values()].reduce((sum, count) => sum + count, 0);
  if (aside > 0 && holds(ability, 'manage', 'Settings')) {
    const text = translate(locale, 'settings.notice.aside', { count: aside });
    notices.push({ tone: 'warn', text, href: '/console/settings', label: say('look') });
  }
  return notices;
}
