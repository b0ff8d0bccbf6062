import { type DynamicModule, Module } from '@nestjs/common';
import { FoyerModule } from '@foyer/app-web';
import type { Config } from '@foyer/config';
import { MailListeningModule } from '@foyer/correspondence';
import { MailDeliveryModule } from '@foyer/mail';

@Module({})
export class WorkerModule {
  static forRoot(config: Config): DynamicModule {
    return { module: WorkerModule, imports: [FoyerModule.forRoot(config), MailDeliveryModule, MailListeningModule] };
  }
}
