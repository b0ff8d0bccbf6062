import type { Server } from 'node:http';
import request, { type Response } from 'supertest';
import type { TestPerson, TestTenant } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { Collections } from '@foyer/settings';
import { directories, type Directory, DirectoryTokens } from '@foyer/provisioning';

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

interface Shown {
  id: string;
  [name: string]: unknown;
}

/** An identity provider that has a token of a directory. */
export class Provider {
  constructor(
    private readonly tenant: TestTenant,
    readonly directory: Directory,
    readonly token: string,
  ) {}

  async ask(
    method: 'get' | 'post' | 'put' | 'patch' | 'delete' | 'head',
    path: string,
    body?: unknown,
    headers = {},
  ): Promise<Response> {
    const server = this.tenant.world.app.getHttpServer() as Server;
    const agent = request(server);
    const sent = agent[method](`/scim/v2${path}`)
      .set({ Host: this.tenant.host, Authorization: `Bearer ${this.token}`, ...headers })
      .buffer(true)
      .parse((res, done) => {
        let text = '';
        res.setEncoding('utf8');
        res.on('data', (piece: string) => (text += piece));
        res.on('end', () => done(null, text === '' ? null : JSON.parse(text)));
      });
    if (body === undefined) return sent;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return sent.set('Content-Type', 'application/scim+json').send(text);
  }

  get = (path: string, headers = {}) => this.ask('get', path, undefined, headers);

  async post(path: string, body: unknown): Promise<Shown> {
    return this.expected(201, await this.ask('post', path, body));
  }

  async patch(path: string, ...Operations: object[]): Promise<Shown> {
    return this.expected(200, await this.ask('patch', path, { schemas: [PATCH], Operations }));
  }

  user = (userName: string, more: object = {}) =>
    this.post('/Users', { schemas: [USER], userName, active: true, ...more });
  group = (displayName: string, ...ids: string[]) =>
    this.post('/Groups', { schemas: [GROUP], displayName, members: ids.map((value) => ({ value })) });

  async found(path: string, filter: string): Promise<string[]> {
    const { status, body } = await this.get(`${path}?filter=${encodeURIComponent(filter)}`);
    if (status !== 200) throw new Error(`${filter}: ${status} ${JSON.stringify(body)}`);
    return (body as { Resources: { userName?: string; displayName?: string }[] }).Resources.map(
      ({ userName, displayName }) => userName ?? displayName!,
    );
  }

  private expected(status: number, response: Response): Shown {
    if (response.status !== status) throw new Error(`${response.status} ${JSON.stringify(response.body)}`);
    return response.body as Shown;
  }
}

/** A directory with a token, as somebody sets it up. */
export async function provider(by: TestPerson, more: Partial<Directory> = {}): Promise<Provider> {
  const { tenant } = by;
  const [actor, { world }] = [await by.actor(), tenant];
  const given = {
    ...{ name: 'Directory', companyId: null, audience: 'customers' as const, roles: [], groupsRule: false },
    ...{ enabled: true, blocked: false },
  };
  return tenant.inside(async () => {
    const directory = await world.get(Collections).add(actor, directories, { ...given, ...more });
    const draft = { name: 'Test', addresses: [], days: 365 };
    const { key } = await world.get(DirectoryTokens).create(actor, directory, draft);
    return new Provider(tenant, directory, key);
  });
}

export async function personAt(tenant: TestTenant, email: string) {
  const [found] = await tenant.query<{
    id: string;
    name: string;
    status: string;
    phone: string | null;
    locale: string | null;
    timeZone: string | null;
    teamRole: string | null;
    places: Record<string, string>;
  }>(
    () => sql`select p.id, p.name, p.status, p.phone, p.locale, p.time_zone as "timeZone", p.team_role as "teamRole",
                     coalesce((select json_object_agg(c.name, m.role) from ${table('membership')} m join ${table('company')} c on c.id = m.company_id
                       where m.person_id = p.id), '{}') as places
                from ${table('person')} p where p.email = ${email}`,
  );
  return found ?? null;
}
