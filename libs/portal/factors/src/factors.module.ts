import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { registerMessages } from '@foyer/i18n';
import { firstSteps, setupPages, someoneChanged } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { Themes } from '@foyer/theming';
import { FactorsSection } from './account/factors-section.js';
import { ConsoleSecurityController, CustomerSecurityController } from './account/security.controller.js';
import { AppSetUp } from './app-set-up.js';
import { PasskeyController, PasskeyWay } from './arrival/passkey.controller.js';
import { RecoveryController } from './arrival/recovery.controller.js';
import { SetUpController } from './arrival/set-up.controller.js';
import { CodeController } from './arrival/code.controller.js';
import { CodeGuesses } from './code-guesses.js';
import { Demands, secondFactorSettings } from './demands.js';
import { FactorMails } from './factor-mails.js';
import { Factors } from './factors.js';
import { Passkeys } from './passkeys.js';
import { ResetMails } from './reset-mails.js';
import { Resets } from './resets.js';
import { SecondFactor } from './second-factor.js';
import { CompanyDemand, CompanyDemandController, ConsoleCompanyDemandController } from './team/company-demand.js';
import { PersonFactors, PersonFactorsController } from './team/person-factors.js';
import { DemandsController, PATH } from './team/demands.controller.js';

registerMessages('factors', new URL('../locales', import.meta.url));

@Global()
@Module({
  controllers: [
    ...[CodeController, SetUpController, PasskeyController, CustomerSecurityController, ConsoleSecurityController],
    ...[
      RecoveryController,
      PersonFactorsController,
      DemandsController,
      CompanyDemandController,
      ConsoleCompanyDemandController,
    ],
  ],
  providers: [
    Factors,
    CodeGuesses,
    AppSetUp,
    SecondFactor,
    FactorMails,
    FactorsSection,
    Demands,
    CompanyDemand,
    Resets,
    Passkeys,
    PasskeyWay,
    ResetMails,
    PersonFactors,
  ],
  exports: [Factors, Resets],
})
export class FactorsModule implements OnModuleInit {
  constructor(
    private readonly themes: Themes,
    private readonly slots: Slots,
  ) {}

  onModuleInit(): void {
    this.slots.fill(setupPages, 55, {
      ...{ group: 'portal', href: PATH, icon: 'lock' },
      ...{ label: 'factors.title', text: 'factors.setup.lead' },
    });
    this.slots.fill(firstSteps, 32, {
      ...{ id: 'second-factor', href: PATH, words: 'factors.steps.second-factor', onlyNamed: true },
      isDone: () => someoneChanged(secondFactorSettings.name),
    });
    this.themes.registerTemplates('factors', new URL('../templates', import.meta.url));
  }
}
