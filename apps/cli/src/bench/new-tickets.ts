import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Config } from '@foyer/config';
import { hashSecret, masked, newSecret, sign } from '@foyer/credentials';
import { Database, observeSql, rows, sql, table } from '@foyer/database';
import type { PortalActor } from '@foyer/identity';
import { Requests } from '@foyer/requests';
import { inTenant, type Tenant } from '@foyer/tenancy';
import { Tickets } from '@foyer/tickets';
import type { Statement } from './capture.js';
import type { Target } from './load.js';

/** Each may open sixty tickets an hour. */
const WRITERS = 400;

/** The statements of one new ticket, with its ids taken out. */
export async function captureCreation(
  application: NestExpressApplication,
  tenant: Tenant,
  actor: PortalActor,
): Promise<Statement[]> {
  const statements: Statement[] = [];
  const draft = {
    subject: 'Bench',
    description: 'A new ticket',
    priority: 'normal' as const,
    categoryId: null,
    companyId: actor.companies[0]!.id,
    fileIds: [],
  };
  await inTenant(tenant, async () => {
    const stop = observeSql((text, values) => void statements.push({ text, values: [...values] }));
    await application.get(Tickets).open(actor, draft);
    stop();
  });
  const ids = new Map<string, string>();
  const known = new Set([actor.id, ...actor.companies.map(({ id }) => id)]);
  const blank = (text: string) =>
    text.replace(/'([0-9a-f]{8}-[0-9a-f-]{27})'/g, (whole, id: string) => (known.has(id) ? whole : `'${mark(id)}'`));
  const mark = (id: string) => ids.get(id) ?? (ids.set(id, `:id${ids.size}`), ids.get(id)!);
  return statements
    .filter(({ text }) => !/^(?:begin|start|commit|set local)/.test(text))
    .map(({ text, values }) =>
      parametrised(
        blank(text),
        values.map((value) =>
          typeof value === 'string' && /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(value) && !known.has(value)
            ? mark(value)
            : value,
        ),
      ),
    );
}

/** New ids stand in texts that the ORM wrote out; as parameters the floor can give each ticket its own. */
function parametrised(text: string, values: unknown[]): Statement {
  const all = [...values];
  return { text: text.replace(/'(:id\d+)'/g, (_, id: string) => `$${all.push(id)}`), values: all };
}

/** One form for each of many customers, because one person may not open tickets without end. */
export async function forms(application: NestExpressApplication, config: Config, tenant: Tenant): Promise<Target> {
  const host = new URL(tenant.origin).host;
  // The plain form: one that asks nothing of its own.
  const types = await inTenant(tenant, () => application.get(Requests).types());
  const type = types.find(({ questions }) => !questions.some(({ required }) => required))!.id;
  const sessions = await inTenant(tenant, () =>
    application.get(Database).write(async (em) => {
      const people = await rows<{ id: string }>(
        em,
        sql`insert into ${table('person')} (id, email, name, email_verified_at)
            select gen_random_uuid(), gen_random_uuid() || '@writers.example', 'Writer', now() from generate_series(1, ${WRITERS}::int) returning id`,
      );
      const secrets = people.map(({ id }) => ({ id, secret: newSecret() }));
      return rows<{ id: string; secret: string }>(
        em,
        sql`insert into ${table('session')} (id, token_hash, owner_id, expires_at)
            select gen_random_uuid(), hash, owner, now() + interval '1 day'
              from unnest(${secrets.map(({ secret }) => hashSecret(secret))}::text[], ${secrets.map(({ id }) => id)}::uuid[]) as s (hash, owner)
            returning id, token_hash as secret`,
      ).then((made) =>
        made.map(({ id, secret: hash }) => ({
          id,
          secret: secrets.find(({ secret }) => hashSecret(secret) === hash)!.secret,
        })),
      );
    }),
  );
  return {
    url: `http://127.0.0.1:${config.port}/tickets`,
    expect: 303,
    requests: sessions.map(({ id, secret }) => ({
      method: 'POST',
      path: '/tickets',
      headers: {
        Host: host,
        Cookie: `session=${secret}`,
        Origin: `http://${host}`,
        'Content-Type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({
        _csrf: masked(sign(config.secretKey, 'csrf', `${tenant.id} ${id}`)),
        type,
        subject: 'Bench',
        description: 'A new ticket',
        priority: 'normal',
        seen: 'all', // without asking whether one of those alike will do
      }).toString(),
    })),
  };
}
