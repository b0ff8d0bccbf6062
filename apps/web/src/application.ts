import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Config } from '@foyer/config';
import { Edge } from '@foyer/web';
import { Draining } from './draining.js';
import { FoyerModule } from './foyer.module.js';
import { health } from './health.js';
import { PinoLogger } from './pino-logger.js';

/** The web application, ready to listen or to be spoken to by tests; with `more` modules of somebody's own. */
export async function createApplication(config: Config, more: Type[] = []): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(FoyerModule.forRoot(config, more), {
    bodyParser: false,
    logger: new PinoLogger(config.logLevel),
    abortOnError: false,
  });
  app.disable('x-powered-by');
  app.set('trust proxy', config.trustProxy.length > 0 ? config.trustProxy : false);
  app.set('query parser', 'simple');
  app.set('etag', false);
  app.use(app.get(Draining).handle);
  app.use(health(app));
  app.use(app.get(Edge).handle);
  app.enableShutdownHooks();
  return app;
}
