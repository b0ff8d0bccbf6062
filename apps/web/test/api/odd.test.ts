import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { allScopes, Api, type Operation } from '@foyer/api';
import { acme, ana, companyId, everything, keyFor, personId, program, UNKNOWN, world } from './programs.js';

interface Schema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  format?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  required?: string[];
}
/** What nobody means and programs send all the same. */
const ODDEST: unknown[] = [null, 'a\u0000b', 'x'.repeat(30_000), 1e308, {}, UNKNOWN];
const ODD: unknown[] = [
  ...[
    ...ODDEST,
    true,
    '',
    '\ud800',
    [],
    -1,
    0.5,
    2 ** 53,
    'NaN',
    [[]],
    { a: { b: [] } },
    Array.from({ length: 300 }, () => UNKNOWN),
  ],
  ...['0000-01-01', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999Z'],
];
/** The same in an address. */
const ODD_IN_ADDRESS = [
  ...['', "'", '-1', '1e309', '9007199254740993', '💩', UNKNOWN, '%ED%A0%80', '..%2f', 'x'.repeat(500)],
  ...['0000-01-01', '9999-12-31', '%00'],
];
const PER_KEY = 500;
const AT_ONCE = 6;

/** What a schema alone does not know. */
const ids: Record<string, string> = { number: '1', company: await companyId('Globex'), person: await personId(ana) };
const known: Record<string, unknown> = {
  ...{ requester_id: ids['person'], person_id: ids['person'], into: '2', other: '2', role: 'user', body: 'Hello' },
  ...{ text: 'Hello', url: 'https://a.example/b', until: new Date(Date.now() + 3_600_000).toISOString() },
};
const schemaOf = ({ body }: Operation) => z.toJSONSchema(body!, { io: 'input', unrepresentable: 'any' }) as Schema;

/** Programs that never meet the limit of one key. */
async function* tireless(): AsyncGenerator<typeof everything> {
  for (;;) {
    const api = program(acme, (await keyFor(allScopes().map(({ name }) => name))).key);
    for (let left = PER_KEY; left > 0; left -= 1) yield api;
  }
}

/** Something that the operation takes, as far as a schema and the name say so; of what need not be there, nothing. */
function usual(schema: Schema, name = ''): unknown {
  if (name in known) return known[name];
  if (name === 'email') return `w${(made += 1)}@else.example`;
  const choices = schema.anyOf ?? schema.oneOf ?? [];
  if (choices.length > 0) return choices.some(({ type }) => type === 'null') ? null : usual(choices[0]!, name);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const { type, properties = {}, required = [] } = schema;
  if (type === 'object') {
    const names = [...required, ...['body', 'text'].filter((one) => one in properties && !required.includes(one))];
    return Object.fromEntries(names.map((one) => [one, usual(properties[one]!, one)]));
  }
  if (type === 'array') return [];
  if (type === 'integer' || type === 'number') return 1;
  if (type === 'boolean') return false;
  if (schema.format === 'uuid') return UNKNOWN;
  return schema.format === 'date-time' ? '2099-01-01T00:00:00Z' : `Word ${(made += 1)}`;
}
let made = 0;
for (const operation of world.get(Api).all())
  if (operation.id.startsWith('add') && operation.scope.name === 'settings:write')
    await everything.post(operation.path.slice(1), usual(schemaOf(operation)) as object);

/** The value with something odd in one of its places, each in turn. */
function* spoilt(value: unknown, at: string[] = []): Generator<{ at: string; value: unknown }> {
  for (const odd of at.length > 0 ? ODDEST : ODD)
    yield { at: `${at.map((one) => `.${one}`).join('')}=${JSON.stringify(odd).slice(0, 40)}`, value: odd };
  if (typeof value !== 'object' || value === null) return;
  for (const [name, one] of Object.entries(value))
    for (const part of spoilt(one, [...at, name]))
      yield {
        at: part.at,
        value: Array.isArray(value)
          ? value.map((other: unknown, index) => (String(index) === name ? part.value : other))
          : { ...value, [name]: part.value },
      };
}

const filled = (path: string, values: Record<string, string>) =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? UNKNOWN).slice(1);

function send(api: typeof everything, { method }: Operation, path: string, body: object) {
  if (method === 'get') return api.get(path);
  if (method === 'delete') return api.delete(path, '*');
  return method === 'post' ? api.post(path, body) : api.patch(path, body, '*');
}

interface Try {
  operation: Operation;
  what: string;
  path: string;
  body?: object;
}

async function* inAddresses(operation: Operation): AsyncGenerator<Try> {
  const named = { ...ids, id: await someId(operation.path) };
  const { path, params, query } = operation;
  const names = (shape: z.ZodObject | undefined) => Object.keys(shape?.shape ?? {});
  for (const name of names(params))
    for (const odd of ODD_IN_ADDRESS)
      yield { operation, what: `{${name}}=${odd.slice(0, 40)}`, path: filled(path, { ...named, [name]: odd || ' ' }) };
  for (const name of names(query))
    for (const odd of [...ODD_IN_ADDRESS.map((value) => `=${value}`), `=a&${name}=b`, '[a]=1'])
      yield { operation, what: `?${name}${odd.slice(0, 40)}`, path: `${filled(path, named)}?${name}${odd}` };
}

async function* inBodies(operation: Operation): AsyncGenerator<Try> {
  const path = filled(operation.path, { ...ids, id: await someId(operation.path) });
  const schema = schemaOf(operation);
  // A change alone: what else is wrong would be told first.
  const base = () => (operation.method === 'patch' ? {} : (usual(schema) as object));
  yield { operation, what: 'as usual', path, body: base() };
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    for (const { at, value } of spoilt(example(property, name)))
      yield { operation, what: `${name}${at}`, path, body: { ...base(), [name]: value } };
}

/** With all that may be there, so that each of it can be spoilt. */
function example(schema: Schema, name: string): unknown {
  const [choice] = (schema.anyOf ?? schema.oneOf ?? []).filter(({ type }) => type !== 'null');
  if (choice) return example(choice, name);
  if (schema.type === 'array' && schema.items) return [example(schema.items, name)];
  if (schema.type !== 'object') return usual(schema, name);
  return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([one, of]) => [one, example(of, one)]));
}

test('no operation fails at odd input: it is refused, or taken', async () => {
  const operations = world.get(Api).all();
  // Of the set-up, one list is as good as another: they are one code.
  const others = operations.filter(
    ({ path }) => /\{id\}(?:\/place)?$/.test(path) && !path.startsWith('/ticket-groups'),
  );
  const tries: Try[] = [];
  for (const operation of operations) {
    if (!others.includes(operation)) for await (const one of inAddresses(operation)) tries.push(one);
    if (operation.body) for await (const one of inBodies(operation)) tries.push(one);
  }
  const failed: string[] = [];
  const statuses = new Map<number, number>();
  const programs = tireless();
  const work = async () => {
    for (let one = tries.shift(); one; one = tries.shift()) {
      const { value: api } = (await programs.next()) as { value: typeof everything };
      const { status } = await send(api, one.operation, one.path, one.body ?? {});
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status >= 500) failed.push(`${one.operation.id} ${one.what} → ${status}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  expect(failed).toEqual([]);
  // Nothing was kept from being tried.
  const count = (status: number) => statuses.get(status) ?? 0;
  // One mailbox gets so many invitations, and no more.
  expect([count(401), count(429) < 30, count(422) > 1_000, count(201) + count(204) > 100]).toEqual([
    0,
    true,
    true,
    true,
  ]);
});

/** Of the list that a path is in. */
async function someId(path: string): Promise<string> {
  const [, list = ''] = /^\/([a-z-]+)\/\{id\}/.exec(path) ?? [];
  if (!list) return UNKNOWN;
  const { body } = await everything.get(list);
  return (body as { data?: { id: string }[] }).data?.[0]?.id ?? UNKNOWN;
}
