import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { FoyerModule } from '@foyer/app-web';
import type { Config } from '@foyer/config';
import { MailListeningModule } from '@foyer/correspondence';
import { MailDeliveryModule } from '@foyer/mail';

@Module({})
export class WorkerModule {
  static forRoot(config: Config, more: Type[] = []): DynamicModule {
    const imports = [FoyerModule.forRoot(config, more), MailDeliveryModule, MailListeningModule];
    return { module: WorkerModule, imports };
  }
}
