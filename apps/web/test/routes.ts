import { type INestApplication, RequestMethod } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { z } from 'zod';

interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
}

/** Every route the router knows, so that a new one is in the tests without anybody remembering. */
export function routesOf(app: INestApplication): { method: string; path: string }[] {
  const { router } = app.getHttpAdapter().getInstance() as { router: { stack: Layer[] } };
  return router.stack.flatMap(({ route }) =>
    route ? Object.keys(route.methods).map((method) => ({ method, path: route.path })) : [],
  );
}

type Handler = (...args: unknown[]) => unknown;
/** What a handler takes: its filters and the rest of what it asks in a box, a part of the query by its name. */
type Argument = { data?: string | [z.ZodObject?, { given?: string[] }?] };

/** A controller's, with those of what it extends. */
function handlersOf(prototype: object): [string, Handler][] {
  const own = Object.entries(Object.getOwnPropertyDescriptors(prototype)).flatMap(([name, { value }]) =>
    typeof value === 'function' ? [[name, value as Handler] as [string, Handler]] : [],
  );
  const base = Object.getPrototypeOf(prototype) as object;
  return base === Object.prototype ? own : [...own, ...handlersOf(base)];
}

/** Every route that is read, and what it asks its query string for: taken from what its handler declares. */
export function readable(app: INestApplication): { path: string; query: string[]; filters: string[] }[] {
  const controllers = [...app.get(ModulesContainer).values()].flatMap((module) => [...module.controllers.values()]);
  return controllers.flatMap(({ metatype }) => {
    const type = metatype as { prototype: Record<string, Handler> };
    return handlersOf(type.prototype).flatMap(([name, handler]) => {
      if (Reflect.getMetadata('method', handler) !== RequestMethod.GET) return [];
      const [prefix, own] = [Reflect.getMetadata('path', type), Reflect.getMetadata('path', handler)] as unknown[];
      const taken = Object.entries(
        (Reflect.getMetadata('__routeArguments__', type, name) ?? {}) as Record<string, Argument>,
      );
      const filters = taken.flatMap(([, { data }]) =>
        Array.isArray(data) && data[0]?.shape ? Object.keys(data[0].shape) : [],
      );
      // 4 is the kind of argument that `@Query` makes.
      const named = taken.flatMap(([kind, { data }]) =>
        Array.isArray(data) ? (data[1]?.given ?? []) : kind.startsWith('4:') && data ? [data] : [],
      );
      return [prefix].flat().map((start) => ({
        path: `/${[start, own]
          .flatMap((part) => String(part).split('/'))
          .filter(Boolean)
          .join('/')}`,
        query: [...filters, ...named, 'lang'],
        filters,
      }));
    });
  });
}
