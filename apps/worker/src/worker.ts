import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext, Type } from '@nestjs/common';
import { PinoLogger } from '@foyer/app-web';
import type { Config } from '@foyer/config';
import { Dispatcher } from '@foyer/events';
import { WorkerModule } from './worker.module.js';

/** The worker: relays the outbox and runs jobs until it is told to stop; then it finishes what it has begun. */
export async function startWorker(config: Config, more: Type[] = []): Promise<INestApplicationContext> {
  const app = await NestFactory.createApplicationContext(WorkerModule.forRoot(config, more), {
    logger: new PinoLogger(config.logLevel),
    abortOnError: false,
  });
  app.enableShutdownHooks();
  await app.init();
  await app.get(Dispatcher).start();
  return app;
}
