import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Config } from '@foyer/config';
import { provisioningScript, runAsOwner } from '@foyer/database';
import { Signup } from '@foyer/signup';
import request from 'supertest';
import { median, type Result, rounded } from './report.js';

/** From the form's data to a portal that answers. The floor: the same schema, made by the same script, and nothing in it. */
export async function signUps(application: NestExpressApplication, config: Config, tenants: number): Promise<Result> {
  const times: number[] = [];
  const floor: number[] = [];
  for (let n = 0; n < 8; n += 1) {
    const start = performance.now();
    const signup = application.get(Signup);
    const password = await signup.password('orchard-lantern-42', '', [], `10.0.0.${n}`);
    if ('problem' in password) throw new Error(password.problem);
    const { tenant } = await signup.open(
      {
        business: `Signed Up ${n}`,
        slug: `signed-up-${n}`,
        name: 'Olga',
        email: `o${n}@x.example`,
        plan: 'team',
        blueprint: 'saas',
        timeZone: 'Europe/Berlin',
      },
      password.hash,
      'en',
      `10.0.0.${n}`,
    );
    const { status } = await request(application.getHttpServer()).get('/').set('Host', new URL(tenant.origin).host);
    if (status !== 200) throw new Error(`The new portal answers ${status}`);
    times.push(performance.now() - start);

    const bare = performance.now();
    await runAsOwner(config, async (client) => void (await client.query(provisioningScript(`t_floor${n}`))));
    floor.push(performance.now() - bare);
  }
  times.sort((a, b) => a - b);
  return {
    name: 'sign-up',
    tenants,
    ratio: rounded(median(floor) / median(times)),
    p50ms: rounded(median(times), 1),
    p95ms: rounded(times.at(-1)!, 1),
  };
}
