import { Module, type OnModuleInit } from '@nestjs/common';
import { registerMessages } from '@foyer/i18n';
import { Themes } from '@foyer/theming';
import { LegalTexts } from './legal-texts.js';
import { LegalController } from './legal.controller.js';
import { PlansController } from './plans.controller.js';
import { PriceList } from './price-list.js';
import { Signup } from './signup.js';
import { SignupController } from './signup.controller.js';

registerMessages('signup', new URL('../locales', import.meta.url));

@Module({
  controllers: [SignupController, PlansController, LegalController],
  providers: [LegalTexts, PriceList, Signup],
  exports: [LegalTexts, Signup],
})
export class SignupModule implements OnModuleInit {
  constructor(private readonly themes: Themes) {}

  onModuleInit(): void {
    this.themes.registerTemplates('signup', new URL('../templates', import.meta.url));
  }
}
