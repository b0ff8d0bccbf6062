import { type DynamicModule, Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { type EntityClass, MikroORM } from '@mikro-orm/postgresql';
import { type Config, CONFIG } from '@foyer/config';
import { Database, PlatformDatabase } from './database.js';
import { startOrm } from './orm.js';

@Global()
@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(MikroORM) private readonly orm: MikroORM) {}

  static forRoot(entities: EntityClass<object>[]): DynamicModule {
    const orm = {
      provide: MikroORM,
      inject: [CONFIG],
      useFactory: (config: Config) => startOrm({ ...config, entities }),
    };
    const database = { provide: Database, inject: [MikroORM], useFactory: (o: MikroORM) => new Database(o) };
    const platform = {
      provide: PlatformDatabase,
      inject: [MikroORM],
      useFactory: (o: MikroORM) => new PlatformDatabase(o),
    };
    return {
      module: DatabaseModule,
      providers: [orm, database, platform],
      exports: [MikroORM, Database, PlatformDatabase],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.orm.close(true);
  }
}
