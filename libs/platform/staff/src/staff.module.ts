import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { registerMessages } from '@foyer/i18n';
import { Themes } from '@foyer/theming';
import { JobsController } from './jobs.controller.js';
import { RevenueController } from './revenue.controller.js';
import { StaffController } from './staff.controller.js';
import { Staff } from './staff.js';
import { StaffPrincipals } from './staff-principals.js';
import { TenantsController } from './tenants.controller.js';

registerMessages('staff', new URL('../locales', import.meta.url));

@Global()
@Module({
  controllers: [StaffController, TenantsController, JobsController, RevenueController],
  providers: [Staff, StaffPrincipals],
  exports: [Staff],
})
export class StaffModule implements OnModuleInit {
  constructor(private readonly themes: Themes) {}

  onModuleInit(): void {
    this.themes.registerTemplates('staff', new URL('../templates', import.meta.url));
  }
}
