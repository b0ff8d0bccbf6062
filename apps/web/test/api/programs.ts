import type { Server } from 'node:http';
import request from 'supertest';
import { type TestPerson, type TestTenant, World } from '@foyer/app-cli/testing';
import { allScopes } from '@foyer/api';
import { sql, table } from '@foyer/database';
import { Keys } from '@foyer/keys';

export const UNKNOWN = '0199c2f4-7d3e-7a11-9c5e-2f6f0e1b4a70';

// A portal with customers of two companies.
export const world = await World.start({ POOL_SIZE: '10' });
export const acme = await world.tenant('acme');
/** Of Globex, who has asked about the printer. */
export const ana = await (await acme.customer('Ana')).of('Globex', 'company_user');
/** Of Umbrella, who has asked about the merger. */
export const ute = await (await acme.customer('Ute')).of('Umbrella', 'company_user');
await ana.opens('Globex: the printer');
await ute.opens('Umbrella: the merger');
/** A program that may do everything. */
export const everything = program(acme, (await keyFor(allScopes().map(({ name }) => name))).key);

/** A program with a key on a host. */
export function program(tenant: TestTenant, key: string) {
  const at = (method: 'get' | 'post' | 'patch' | 'delete', path: string, headers: Record<string, string> = {}) => {
    const sent = request(world.app.getHttpServer() as Server)[method](path.startsWith('/') ? path : `/api/v1/${path}`);
    return sent.set({ Host: tenant.host, Authorization: `Bearer ${key}`, ...headers });
  };
  let made = 0;
  return {
    get: (path: string, headers?: Record<string, string>) => at('get', path, headers),
    post: (path: string, body: object = {}, headers: Record<string, string> = {}) =>
      at('post', path, { 'Idempotency-Key': `${key.slice(-6)}-${(made += 1)}`, ...headers }).send(body),
    upload: (name: string, content: string | Buffer, headers: Record<string, string> = {}) =>
      at('post', 'uploads', { 'Idempotency-Key': `${key.slice(-6)}-${(made += 1)}`, ...headers }).attach(
        'file',
        Buffer.from(content),
        name,
      ),
    patch: (path: string, body: object, ifMatch?: string) =>
      at('patch', path, ifMatch ? { 'If-Match': ifMatch } : {}).send(body),
    delete: (path: string, ifMatch?: string) => at('delete', path, ifMatch ? { 'If-Match': ifMatch } : {}),
  };
}

export const companyId = (name: string): Promise<string> => acme.companyId(name);
export const personId = async ({ email }: TestPerson): Promise<string> =>
  (await acme.query<{ id: string }>(() => sql`select id from ${table('person')} where email = ${email}`))[0]!.id;

export async function keyFor(scopes: string[], company: string | null = null, more: { addresses?: string[] } = {}) {
  const actor = await acme.owner.actor();
  const draft = { name: 'ERP', scopes, companyId: company && (await companyId(company)), addresses: [], days: 365 };
  return acme.inside(() => world.get(Keys).create(actor, { ...draft, ...more }));
}
