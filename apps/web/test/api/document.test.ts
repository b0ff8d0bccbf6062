import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { type RulesetDefinition, Spectral } from '@stoplight/spectral-core';
import { oas } from '@stoplight/spectral-rulesets';
import { allScopes, Api, openApiOf } from '@foyer/api';
import { Keys } from '@foyer/keys';
import { acme, program, UNKNOWN, world } from './programs.js';

/** Where programs are found. */
const SHELL = { PATH: '/usr/local/bin:/usr/bin:/bin' };

describe('the document', () => {
  let written: Document | null = null;
  const document = () =>
    (written ??= openApiOf(world.get(Api).all(), {
      title: 'Acme',
      origin: acme.tenant.origin,
      scopes: allScopes(),
    }) as unknown as Document);
  interface Described {
    operationId: string;
    summary: string;
    tags: string[];
    security: object[];
    parameters: { name: string; in: string; required: boolean; schema: object; description?: string }[];
    requestBody?: { content: Record<string, { schema: object }> };
    responses: Record<string, { $ref?: string; content?: Record<string, { schema: object; example?: unknown }> }>;
  }
  interface Document {
    openapi: string;
    paths: Record<string, Record<string, Described>>;
    components: { schemas: Record<string, object> };
    tags: { name: string }[];
  }
  const all = () =>
    Object.entries(document().paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, told]) => ({ path, method, told })),
    );

  test('has every operation there is, and each of those answers', async () => {
    const told = all()
      .map(({ path, method }) => `${method} ${path}`)
      .sort();
    const declared = world
      .get(Api)
      .all()
      .map(({ path, method }) => `${method} /api/v1${path}`)
      .sort();
    expect(told).toEqual(declared);
    for (const {
      path,
      method,
      told: { responses },
    } of all()) {
      const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => (name === 'number' ? '1' : UNKNOWN));
      const { status } = await program(acme, 'nobody')[method === 'patch' ? 'get' : (method as 'get')](filled);
      expect([path, status]).toEqual([path, 401]);
      expect(responses['401']).toEqual({ $ref: '#/components/responses/Problem' });
    }
  });

  test('keeps to the rules that are everybody’s', async () => {
    const linter = new Spectral();
    // A summary says it where there is nothing to add; and tuples, whose items are `false`, are unknown to the other.
    linter.setRuleset({
      extends: [[oas as RulesetDefinition, 'recommended']],
      rules: { 'operation-description': 'off', 'array-items': 'off' },
    });
    const found = await linter.run(document() as never);
    expect(found.map(({ code, path, message }) => `${code}: ${message} ${path.join('.')}`)).toEqual([]);
  });

  test('keeps to the rules of ours', () => {
    const faults: string[] = [];
    for (const { path, method, told } of all()) {
      const at = `${method} ${path}`;
      const must = (holds: unknown, rule: string) => holds || faults.push(`${at}: ${rule}`);
      must(/^[a-z][A-Za-z]+$/.test(told.operationId), 'a name');
      must(/^\/api\/v1(?:\/(?:[a-z]+(?:-[a-z]+)*|\{[a-z]+\}))+$/.test(path), 'words in kebab-case');
      must(told.summary.length > 3 && !told.summary.endsWith('.'), 'a summary');
      must(told.security.length > 0, 'a key');
      must(
        told.parameters.every((one) => one.in === 'header' || /^[a-z]+(?:_[a-z]+)*$/.test(one.name)),
        'parameters in snake_case',
      );
      must(
        told.parameters.every((one) => one.in !== 'query' || !one.required),
        'nothing required in the query',
      );
      must(
        (method === 'post') === told.parameters.some(({ name }) => name === 'Idempotency-Key'),
        'an Idempotency-Key',
      );
      const paged = told.parameters.some(({ name }) => name === 'cursor');
      must(!paged || told.parameters.some(({ name }) => name === 'limit'), 'limit and cursor');
      must(
        ['400', '401', '403', '404', '429', '500'].every((status) =>
          told.responses[status]?.$ref?.endsWith('/Problem'),
        ),
        'problems',
      );
    }
    const text = JSON.stringify(document());
    if (text.includes('$defs')) faults.push('schemas stand in components');
    const names = [...text.matchAll(/"properties":\{([^}]*)\}/g)];
    expect(names.length).toBeGreaterThan(20);
    expect(faults).toEqual([]);
  });

  test('names fields in snake_case, and its examples are what is given', () => {
    const wrong: string[] = [];
    const walk = (schema: unknown, at: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      for (const [name, value] of Object.entries(schema)) {
        if (name === 'properties')
          for (const field of Object.keys(value as object))
            if (!/^[a-z]+(?:_[a-z0-9]+)*$/.test(field)) wrong.push(`${at}: ${field}`);
        walk(value, at);
      }
    };
    for (const { path, told } of all()) walk(told, path);
    for (const [name, schema] of Object.entries(document().components.schemas)) walk(schema, name);
    expect(wrong).toEqual([]);
    for (const { id, output, example } of world.get(Api).all())
      if (example !== undefined) expect([id, output!.safeParse(example).success]).toEqual([id, true]);
  });

  test('is shown to whoever asks where the operator shows it', async () => {
    const visitor = acme.visitor();
    const asked = {
      browser: { Accept: 'text/html,*/*;q=0.8' },
      program: { Accept: '*/*' },
      key: { Authorization: 'Bearer x' },
    };
    for (const path of ['/api/docs', '/api/openapi.json'])
      for (const [who, headers] of Object.entries(asked)) {
        const { status, headers: given, text } = await visitor.get(path, { Accept: asked.browser.Accept, ...headers });
        const type = who === 'browser' ? 'text/html; charset=utf-8' : 'application/problem+json; charset=utf-8';
        expect([path, who, status, given['content-type']]).toEqual([path, who, 404, type]);
        expect(text.includes('"code":"not-found"')).toBe(who !== 'browser');
      }
    const owner = await acme.owner.browser();
    await owner.get('/console/settings/api-keys');
    await owner.post('/console/settings/api-keys/docs', { docs: '1' });
    const page = await visitor.get('/api/docs');
    expect([page.status, page.text.includes('/api/v1/tickets/{number}/replies')]).toEqual([200, true]);
    const file = await visitor.get('/api/openapi.json');
    expect([file.status, file.body.openapi, file.body.servers]).toEqual([200, '3.1.0', [{ url: acme.tenant.origin }]]);
  });
});

test('the examples of the README work', async () => {
  const readme = readFileSync(new URL('../../../../README.md', import.meta.url), 'utf8');
  const script = /## API\n[^]*?```sh\n([^]*?)```/.exec(readme)![1]!;
  const carol = await world.tenant('carol');
  const ana = await carol.customer('Ana');
  await ana.opens('The first');
  const actor = await carol.owner.actor();
  const { key } = await carol.inside(() =>
    world
      .get(Keys)
      .create(actor, { name: 'x', scopes: ['tickets:write', 'people:read'], companyId: null, addresses: [], days: 30 }),
  );
  const { port } = (world.app.getHttpServer() as Server).address() as AddressInfo;
  const PORTAL = `http://${carol.host.split(':')[0]!}:${port}`;
  const PERSON = (await ana.actor()).id!;
  const folder = mkdtempSync(join(tmpdir(), 'readme-'));
  writeFileSync(join(folder, 'log.txt'), 'It went wrong at 4711\n');
  const { stdout } = await promisify(execFile)('sh', ['-ec', script.replaceAll(/^(?=#)/gm, 'echo;\n')], {
    cwd: folder,
    env: { ...SHELL, PORTAL, KEY: key, PERSON },
  });
  const [open, people, opened, changed, replied, sync] = stdout
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect((open!['data'] as object[]).length).toBeGreaterThan(0);
  expect(people!['data']).toMatchObject([{ id: PERSON }]);
  expect(opened).toMatchObject({ subject: 'Spare part 4711', number: expect.stringMatching(/^TKT-/) });
  expect(changed).toMatchObject({ number: 'TKT-001', priority: 'high' });
  expect(replied).toMatchObject({ id: expect.any(String) });
  expect(readFileSync(join(folder, 'fetched.txt'), 'utf8')).toBe('It went wrong at 4711\n');
  rmSync(folder, { recursive: true });
  expect(sync).toMatchObject({ data: expect.any(Array), has_more: false });
});
