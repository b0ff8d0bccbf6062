import { Injectable } from '@nestjs/common';
import type { Operation } from './operation.js';

export const BASE = '/api/v1';

/** All that keys can do, as the modules declare it beside their verbs. */
@Injectable()
export class Api {
  private readonly declared: (Operation & { pattern: RegExp })[] = [];

  add(...operations: Operation[]): void {
    for (const operation of operations) {
      const same = this.declared.find(
        ({ id, method, path }) =>
          id === operation.id || (method === operation.method && shapeOf(path) === shapeOf(operation.path)),
      );
      if (same) throw new Error(`${operation.id} is in the way of ${same.id}`);
      this.declared.push({ ...operation, pattern: patternOf(operation.path) });
    }
    // In the order in which one would think of giving a key, and what is named before what stands for any name.
    this.declared.sort(
      (a, b) =>
        placeOf(a) - placeOf(b) ||
        weightOf(a.path) - weightOf(b.path) ||
        a.path.localeCompare(b.path, 'en') ||
        METHODS.indexOf(a.method) - METHODS.indexOf(b.method),
    );
  }

  all(): readonly Operation[] {
    return this.declared;
  }

  /** The operations at a path below `/api/v1`, by method, with what stands there for the parameters. */
  at(path: string): { operation: Operation; params: Record<string, string> }[] {
    const [first] = this.declared.filter(({ pattern }) => pattern.test(path));
    return this.declared
      .filter((one) => first && shapeOf(one.path) === shapeOf(first.path))
      .map((operation) => ({ operation, params: { ...operation.pattern.exec(path)!.groups } }));
  }
}

const METHODS = ['get', 'post', 'patch', 'delete'];
/** Reading and writing of one matter stand together. */
const placeOf = ({ scope }: Operation): number => Math.floor(scope.order / 10);
const shapeOf = (path: string): string => path.replace(/\{\w+\}/g, '{}');
const weightOf = (path: string): number => path.split('{').length;
const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replace(/\{(\w+)\}/g, (_, name: string) => `(?<${name}>[^/]+)`)}$`);
