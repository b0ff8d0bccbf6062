import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { registerMessages } from '@foyer/i18n';
import { Themes } from '@foyer/theming';
import pg from 'pg';
import type { Captured, Statement } from './capture.js';

/**
 * The bare floor that the product is measured against: node:http, pg, the same SQL and the same compiled template, and
 * nothing else. No framework, session, permission, tenant or header.
 */
export interface FloorPlan {
  databaseUrl: string;
  poolSize: number;
  pages: Record<string, Captured>;
  /** Statements of one ticket; `:id:` stands for a new id. */
  create: Statement[];
}

const libs = new URL('../../../../libs/', import.meta.url);
/** What of this kind the modules that a portal's page is made of have brought along. */
const brought = (folder: 'locales' | 'templates'): [name: string, dir: URL][] =>
  ['core', 'portal'].flatMap((tier) =>
    readdirSync(new URL(tier, libs))
      .map((name): [string, URL] => [name, new URL(`${tier}/${name}/${folder}`, libs)])
      .filter(([, dir]) => existsSync(dir)),
  );

process.once('message', (plan: FloorPlan) => {
  for (const [name, dir] of brought('locales')) registerMessages(name, dir);
  const themes = new Themes();
  for (const [name, dir] of brought('templates')) themes.registerTemplates(name, dir);
  const pool = new pg.Pool({ connectionString: plan.databaseUrl, max: plan.poolSize });

  const server = createServer((req, res) => {
    void answer(plan, req.method ?? 'GET', req.url ?? '/').then(
      ([status, body]) => res.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' }).end(body),
      (error: Error) => res.writeHead(500).end(error.message),
    );
    req.resume();
  });

  async function answer({ pages, create }: FloorPlan, method: string, url: string): Promise<[number, string]> {
    if (method === 'POST') {
      await write(create);
      return [303, ''];
    }
    const page = pages[url]!;
    for (const { text, values } of page.statements) await pool.query(text, values);
    return [200, await themes.render(page.template, page.view)];
  }

  async function write(statements: Statement[]): Promise<void> {
    const client = await pool.connect();
    const ids: Record<string, string> = {};
    const fresh = (value: unknown) =>
      typeof value === 'string' && value.startsWith(':id') ? (ids[value] ??= crypto.randomUUID()) : value;
    try {
      await client.query('begin');
      for (const { text, values } of statements) await client.query(text, values.map(fresh));
      await client.query('commit');
    } finally {
      client.release();
    }
  }

  server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as { port: number }).port }));
});
