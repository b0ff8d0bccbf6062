import { Module, type OnModuleInit } from '@nestjs/common';
import { registerMessages } from '@foyer/i18n';
import { Themes } from '@foyer/theming';
import { Signup } from './signup.js';
import { SignupController } from './signup.controller.js';

registerMessages('signup', new URL('../locales', import.meta.url));

@Module({ controllers: [SignupController], providers: [Signup], exports: [Signup] })
export class SignupModule implements OnModuleInit {
  constructor(private readonly themes: Themes) {}

  onModuleInit(): void {
    this.themes.registerTemplates('signup', new URL('../templates', import.meta.url));
  }
}
