import { Module, type OnModuleInit } from '@nestjs/common';
import { formatters, registerMessages, translate } from '@foyer/i18n';
import { holds } from '@foyer/access';
import { consoleNotices, setupPages } from '@foyer/settings';
import { Plans } from '@foyer/plans';
import { Slots } from '@foyer/slots';
import { currentTenant } from '@foyer/tenancy';
import { Themes } from '@foyer/theming';
import { Metering } from './jobs/metering.js';
import { PlanMails } from './jobs/plan-mails.js';
import { PATH, PlanPage } from './plan-page.js';
import { PlanController } from './team/plan.controller.js';

const DAY_MS = 86_400_000;
/** So many days before the end of the trial the console says so on every page. */
const SOON_DAYS = 3;

registerMessages('plan', new URL('../locales', import.meta.url));

@Module({ controllers: [PlanController], providers: [PlanPage, PlanMails, Metering] })
export class PlanModule implements OnModuleInit {
  constructor(
    private readonly themes: Themes,
    private readonly slots: Slots,
    private readonly plans: Plans,
  ) {}

  onModuleInit(): void {
    this.themes.registerTemplates('plan', new URL('../templates', import.meta.url));
    this.slots.fill(setupPages, 90, {
      ...{ group: 'portal', href: PATH, icon: 'invoice' },
      ...{ label: 'plan.title', text: 'plan.lead' },
    });
    this.slots.fill(consoleNotices, 5, ({ ability }, locale) => {
      const { status, trialEndsAt, standing } = currentTenant();
      if (!this.plans.areSold || !holds(ability, 'manage', 'Settings')) return null;
      const link = { href: PATH, label: translate(locale, 'plan.open') };
      const days = trialEndsAt ? (Date.parse(trialEndsAt) - Date.now()) / DAY_MS : Infinity;
      if (status === 'trialing' && days <= SOON_DAYS) {
        const when = formatters(locale).relative(trialEndsAt!);
        return { tone: 'warn', text: translate(locale, 'plan.trial-soon', { when }), ...link };
      }
      if (status !== 'past_due') return null;
      return { tone: 'warn', text: translate(locale, `plan.why.${standing}`), ...link };
    });
  }
}
