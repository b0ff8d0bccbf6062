import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FoyerRequest } from './request.js';

interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
  match(path: string): boolean;
}

/**
 * Where somebody belongs who opens the address of an action as a page: a form that came back with a message stands at the
 * address it was sent to, and is reloaded, kept or sent to a colleague from there.
 */
@Injectable()
export class ActionPages {
  constructor(private readonly adapters: HttpAdapterHost) {}

  /** The nearest page above an address that only takes posts; null where the address is no action's. */
  pageOf({ foyer }: FoyerRequest): string | null {
    if (foyer.machine) return null;
    const routes = this.routes();
    const [path, face] = [foyer.url.split('?')[0]!, `/_${foyer.face}`];
    const pages = routes.filter(({ route }) => route.methods['get']);
    const known = new Set(pages.map(({ route }) => route.path));
    // A page that takes posts under its own address answers for itself, also that it is not there.
    const isAction = routes.some(
      (layer) => layer.route.methods['post'] && !known.has(layer.route.path) && fits(layer, face + path),
    );
    if (!isAction) return null;
    for (let above = parentOf(path); above; above = parentOf(above))
      if (pages.some((layer) => fits(layer, face + above))) return above;
    return '/';
  }

  private routes() {
    const { router } = this.adapters.httpAdapter.getInstance() as { router: { stack: Layer[] } };
    return router.stack.filter((layer): layer is Layer & Required<Pick<Layer, 'route'>> => layer.route !== undefined);
  }
}

/** The router throws at what does not decode, such as `%ff`: that is no address of ours. */
function fits(layer: Layer, path: string): boolean {
  try {
    return layer.match(path);
  } catch {
    return false;
  }
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
