import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import { abilityOf, type Actor } from '@foyer/access';
import { FoyerModule } from '@foyer/app-web';
import type { Config } from '@foyer/config';

/** Whoever may run a command on the machine may do anything. */
export const operator: Actor = {
  kind: 'job',
  id: null,
  name: 'foyer',
  ability: abilityOf(({ can }) => can('manage', 'all')),
};

/** Runs `work` with the whole application, without its HTTP side. */
export async function withApplication<T>(
  config: Config,
  work: (app: INestApplicationContext) => Promise<T>,
): Promise<T> {
  const app = await NestFactory.createApplicationContext(FoyerModule.forRoot(config), {
    logger: ['error', 'fatal'],
    abortOnError: false,
  });
  await app.init();
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}
