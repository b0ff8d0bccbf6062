import { Catalogue } from '@foyer/billing';
import type { Config } from '@foyer/config';
import { Obstacle } from '../../progress.mjs';
import { withApplication } from './context.js';
import { print } from './output.js';

export async function syncPlans(config: Config): Promise<void> {
  if (!config.stripe) throw new Obstacle('Nothing is billed here: set STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET.');
  await withApplication(config, async (app) => {
    const done = await app.get(Catalogue).sync();
    print(done.length > 0 ? done.join('\n') : 'Stripe agrees with the declared plans already.');
  });
}
