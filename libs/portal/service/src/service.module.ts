import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { holds } from '@foyer/access';
import { registerMessages } from '@foyer/i18n';
import { type Collection, ListOperations, navEntries, setupPages, Uses } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { Themes } from '@foyer/theming';
import { AutomationClock } from './automations/automation-clock.js';
import { AutomationRunner } from './automations/automation-runner.js';
import { automations } from './automations/automations.js';
import { AutomationsController } from './automations/automations.controller.js';
import { OnTicketEvents } from './automations/on-ticket-events.js';
import { Closing } from './automations/closing.js';
import { RuleMails } from './automations/rule-mails.js';
import { calendars } from './hours/calendars.js';
import { CalendarsController } from './hours/calendars.controller.js';
import { ApplyMacroController } from './macros/apply-macro.controller.js';
import { Fillings } from './macros/filling.js';
import { MacroPanel } from './macros/macro-panel.js';
import { MacroShelf } from './macros/macro-shelf.js';
import { MacrosController } from './macros/macros.controller.js';
import { OwnMacrosController } from './macros/own-macros.controller.js';
import { Absences } from './routing/absences.js';
import { AvailabilityController } from './routing/availability.controller.js';
import { Router } from './routing/router.js';
import { routingRules } from './routing/routing-rules.js';
import { RoutingController } from './routing/routing.controller.js';
import { DryRun } from './routing/dry-run.js';
import { Turns } from './routing/turns.js';
import { ServicePack } from './service.pack.js';
import { ClockPanels } from './sla/clock-panels.js';
import { Escalations } from './sla/escalations.js';
import { slaPolicies } from './sla/policies.js';
import { PoliciesController } from './sla/policies.controller.js';
import { SlaClocks } from './sla/sla-clocks.js';

registerMessages('service', new URL('../locales', import.meta.url));

/** Pages of the settings, in the order in which one would set them up. */
const PAGES = { hours: 'calendar', policies: 'clock', routing: 'arrow-end', automations: 'refresh' };

@Global()
@Module({
  controllers: [
    ...[CalendarsController, PoliciesController, RoutingController, AutomationsController, MacrosController],
    ...[AvailabilityController, OwnMacrosController, ApplyMacroController],
  ],
  providers: [
    ...[ServicePack, Fillings],
    ...[SlaClocks, Escalations, ClockPanels],
    ...[Turns, Router, DryRun, Absences],
    ...[AutomationRunner, OnTicketEvents, AutomationClock, RuleMails, Closing],
    ...[MacroShelf, MacroPanel],
  ],
  exports: [SlaClocks, MacroShelf, AutomationClock, Absences],
})
export class ServiceModule implements OnModuleInit {
  constructor(
    private readonly themes: Themes,
    private readonly slots: Slots,
    private readonly uses: Uses,
    private readonly lists: ListOperations,
  ) {}

  onModuleInit(): void {
    const feature = 'tickets';
    this.lists.offer(calendars, { one: 'calendar', several: 'business hours', feature });
    this.lists.offer(slaPolicies, { one: 'service policy', several: 'service policies', feature });
    this.lists.offer(routingRules, { one: 'routing rule', several: 'routing rules', feature });
    this.lists.offer(automations, { one: 'automation', several: 'automations', feature });
    this.themes.registerTemplates('service', new URL('../templates', import.meta.url));
    const pages = Object.entries(PAGES).map(([page, icon]) => ({
      group: 'service' as const,
      href: `/console/settings/${page}`,
      label: `service.${page}.title`,
      text: `service.${page}.lead`,
      ...{ icon, feature },
    }));
    this.slots.fill(setupPages, 10, ...pages);
    this.depends('policies', slaPolicies);
    this.depends('routing', routingRules);
    this.depends('automations', automations);
    this.slots.fill(navEntries, 60, {
      ...{ on: 'console', href: '/console/availability', label: 'service.availability.nav', icon: 'activity', feature },
      shownTo: ({ ability }) => holds(ability, 'reply', 'Desk'),
    });
  }

  private depends(page: string, { section }: Collection<{ id: string; name: string }>): void {
    this.uses.add(section, {
      kind: `service.${page}.title`,
      name: ({ name }) => name,
      page: ({ id }) => `/console/settings/${page}/${id}`,
    });
  }
}
