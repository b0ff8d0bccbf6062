import { Module, type OnModuleInit } from '@nestjs/common';
import { registerMessages } from '@foyer/i18n';
import { Themes } from '@foyer/theming';
import { FactorsSection } from './account/factors-section.js';
import { ConsoleSecurityController, CustomerSecurityController } from './account/security.controller.js';
import { AppSetUp } from './app-set-up.js';
import { CodeController } from './arrival/code.controller.js';
import { CodeGuesses } from './code-guesses.js';
import { FactorMails } from './factor-mails.js';
import { Factors } from './factors.js';
import { SecondFactor } from './second-factor.js';

registerMessages('factors', new URL('../locales', import.meta.url));

@Module({
  controllers: [CodeController, CustomerSecurityController, ConsoleSecurityController],
  providers: [Factors, CodeGuesses, AppSetUp, SecondFactor, FactorMails, FactorsSection],
  exports: [Factors],
})
export class FactorsModule implements OnModuleInit {
  constructor(private readonly themes: Themes) {}

  onModuleInit(): void {
    this.themes.registerTemplates('factors', new URL('../templates', import.meta.url));
  }
}
