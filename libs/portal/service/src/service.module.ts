import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { holds } from '@foyer/access';
import { registerMessages, timeZones } from '@foyer/i18n';
import { firstSteps, navEntries, someoneChanged } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { Themes } from '@foyer/theming';
import { AutomationClock } from './automations/automation-clock.js';
import { AutomationRunner } from './automations/automation-runner.js';
import { AutomationsController } from './automations/automations.controller.js';
import { OnTicketEvents } from './automations/on-ticket-events.js';
import { Closing } from './automations/closing.js';
import { RuleMails } from './automations/rule-mails.js';
import { calendars, timeZoneReference } from './hours/calendars.js';
import { CalendarsController } from './hours/calendars.controller.js';
import { ApplyMacroController } from './macros/apply-macro.controller.js';
import { Fillings } from './macros/filling.js';
import { MacroPanel } from './macros/macro-panel.js';
import { MacroOperations } from './api/macro.operations.js';
import { MacroShelf } from './macros/macro-shelf.js';
import { macros } from './macros/macros.js';
import { MacrosController } from './macros/macros.controller.js';
import { OwnMacrosController } from './macros/own-macros.controller.js';
import { Absences } from './routing/absences.js';
import { AvailabilitySection } from './routing/availability-section.js';
import { AvailabilityController } from './routing/availability.controller.js';
import { Router } from './routing/router.js';
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

@Global()
@Module({
  controllers: [
    ...[CalendarsController, PoliciesController, RoutingController, AutomationsController, MacrosController],
    ...[AvailabilityController, OwnMacrosController, ApplyMacroController],
  ],
  providers: [
    ...[ServicePack, Fillings],
    ...[SlaClocks, Escalations, ClockPanels],
    ...[Turns, Router, DryRun, Absences, AvailabilitySection],
    ...[AutomationRunner, OnTicketEvents, AutomationClock, RuleMails, Closing],
    ...[MacroShelf, MacroPanel, MacroOperations],
  ],
  exports: [SlaClocks, MacroShelf, AutomationClock, Absences],
})
export class ServiceModule implements OnModuleInit {
  constructor(
    private readonly themes: Themes,
    private readonly slots: Slots,
  ) {}

  onModuleInit(): void {
    this.themes.registerTemplates('service', new URL('../templates', import.meta.url));
    this.slots.fill(timeZoneReference, 10, async (_locale, [chosen = null]) =>
      timeZones(chosen).map((value) => ({ value, label: value.replaceAll('_', ' ') })),
    );
    this.slots.fill(firstSteps, 42, {
      ...{ id: 'hours', href: '/console/settings/business-hours', words: 'service.steps.hours', feature: 'tickets' },
      ...{ onlyNamed: true, isDone: () => someoneChanged(calendars.name, slaPolicies.name) },
    });
    this.slots.fill(firstSteps, 44, {
      ...{ id: 'macros', href: '/console/settings/macros', words: 'service.steps.macros', feature: 'tickets' },
      ...{ onlyNamed: true, isDone: () => someoneChanged(macros.name) },
    });
    this.slots.fill(navEntries, 60, {
      ...{ on: 'console', href: '/console/availability', label: 'service.availability.nav', icon: 'activity' },
      feature: 'tickets',
      shownTo: ({ ability }) => holds(ability, 'reply', 'Desk'),
    });
  }
}
