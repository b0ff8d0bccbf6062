import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { type Actor, holds, NotFound, Refused } from '@foyer/access';
import { Api, type Call, type Operation } from '@foyer/api';
import { Problem } from '@foyer/web';
import { Collections } from '../collections.js';
import { declaredResources, type Resource } from '../resources/resource.js';
import type { CollectionItem } from '../section.js';
import { versionOf } from '../version.js';
import { settingsApi, settingsRead, settingsWrite } from './settings-scopes.js';
import { partOf, snake, type Wire, wireOf } from './wire.js';

const params = z.object({ id: z.uuid() });
type OfOne = Call<Actor, z.output<typeof params>>;

/** Lists that a team sets up, for programs: those declared as resources by themselves, with the same rules as on their pages. */
@Injectable()
export class ListOperations implements OnModuleInit {
  constructor(
    private readonly api: Api,
    private readonly collections: Collections,
  ) {}

  onModuleInit(): void {
    for (const resource of declaredResources()) this.api.add(...operationsOf(this.collections, resource));
  }
}

const withArticle = (noun: string): string => `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;

/** All and one; where a program may write it: add, change, move and remove. */
function operationsOf<Item extends CollectionItem>(collections: Collections, list: Resource<Item>): Operation[] {
  const { one, page, fields } = list.about;
  const several = list.name.replaceAll('-', ' ');
  const path = list.name;
  const entry = list.about.schema as unknown as z.ZodObject;
  const whole = wireOf(entry);
  const secrets = Object.entries(fields).filter(([, { sealedFor }]) => sealedFor);
  const schema = without(whole.schema, 'owner_id', ...secrets.map(([name]) => snake(name))).meta({ id: nameOf(one) });
  const told = { ...(page.feature && { feature: page.feature }), output: schema };
  const hidden = Object.fromEntries(secrets.map(([name]) => [name, undefined]));
  const shown = (item: Item) => whole.out({ ...item, ...hidden }) as never;
  const find = async (actor: Actor, id: string): Promise<Item> => {
    mayRead(actor);
    const found = (await collections.stored(list)).find((item) => item.id === id);
    if (!found) throw new NotFound();
    return found;
  };
  const { get } = settingsApi;
  const reading = [
    get(
      `/${path}`,
      {
        ...told,
        ...named('list', several),
        scope: settingsRead,
        summary: `List ${several}`,
        output: z.object({ data: z.array(schema) }),
      },
      async ({ actor }) => {
        mayRead(actor);
        return { data: (await collections.all(list)).map(shown) };
      },
    ),
    get(
      `/${path}/{id}`,
      { ...told, ...named('get', one), scope: settingsRead, summary: `One ${one}`, params },
      async (call) => shown(await find(call.actor, call.params.id)),
    ),
  ];
  if (list.about.givesRights) return reading;
  return [...reading, ...writing(collections, list, { path, one, told, whole, entry, shown, find })];
}

interface Parts<Item> {
  path: string;
  one: string;
  told: { feature?: string; output: z.ZodType };
  whole: Wire;
  entry: z.ZodObject;
  shown: (item: Item) => never;
  find: (actor: Actor, id: string) => Promise<Item>;
}

function writing<Item extends CollectionItem>(
  collections: Collections,
  list: Resource<Item>,
  { path, one, told, whole, entry, shown, find }: Parts<Item>,
): Operation[] {
  const { post, change, removeAsSeen } = settingsApi;
  const derived = Object.entries(list.about.fields)
    .filter(([, field]) => field.derived)
    .map(([name]) => snake(name));
  const body = without(whole.schema, 'id', 'owner_id', ...derived);
  const current = async ({ actor, params: { id } }: OfOne) => shown(await find(actor, id));
  const scope = settingsWrite;
  return [
    post(
      `/${path}`,
      { ...told, ...named('add', one), scope, summary: `Add ${withArticle(one)}`, body },
      async ({ actor, body: sent }) => {
        const item = judged(without(entry, 'id'), whole.in(sent));
        return shown(await collections.add(actor, list, item as Omit<Item, 'id'>));
      },
    ),
    change(
      `/${path}/{id}`,
      { ...told, ...named('change', one), scope, summary: `Change ${withArticle(one)}`, params, body: partOf(body) },
      current,
      async ({ actor, params: { id }, body: sent }) => {
        const before = await find(actor, id);
        const item = judged(entry, { ...before, ...(whole.in(sent) as object) });
        await collections.replace(actor, list, id, item as Omit<Item, 'id'>, versionOf(before));
        return null;
      },
    ),
    removeAsSeen(
      `/${path}/{id}`,
      { ...told, ...named('remove', one), scope, summary: `Remove ${withArticle(one)}`, params },
      current,
      async ({ actor, params: { id } }) => {
        await collections.remove(actor, list, id);
        return null;
      },
    ),
    post(
      `/${path}/{id}/place`,
      {
        ...{
          ...told,
          ...named('move', one),
          scope,
          summary: `Move ${withArticle(one)} in its list`,
          params,
          output: null,
        },
        body: z.object({ by: z.int().min(-500).max(500).describe('So many places down; negative: up.') }),
      },
      ({ actor, params: { id }, body: { by } }) => collections.move(actor, list, id, by),
    ),
  ];
}

function mayRead({ ability }: Actor): void {
  if (!holds(ability, 'read', 'Settings')) throw new Refused();
}

/** @throws Problem at the place where it is not as it is kept */
function judged(schema: z.ZodType, item: unknown): unknown {
  const result = schema.safeParse(item);
  if (result.success) return result.data;
  const errors = result.error.issues.map(({ path, code, message }) => ({
    ...{ pointer: path.map((part) => `/${snake(String(part))}`).join(''), code: code as string, message },
  }));
  throw new Problem(422, 'invalid', { errors });
}

const without = (schema: z.ZodType, ...names: string[]): z.ZodObject =>
  z.object(Object.fromEntries(Object.entries((schema as z.ZodObject).shape).filter(([name]) => !names.includes(name))));

/** `ticket group` → `TicketGroup` */
const nameOf = (one: string): string => one.replace(/(?:^| )(\w)/g, (_, letter: string) => letter.toUpperCase());
const named = (verb: string, things: string) => ({ id: verb + nameOf(things) });
