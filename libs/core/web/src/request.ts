import type { Request, Response } from 'express';
import { plainAddress } from '@foyer/credentials';
import type { Cookies } from './cookies.js';
import type { Face } from './face.js';
import type { Principal } from './principals.js';
import type { SiteContext } from './site.js';

/** What is known of a request from the edge on. */
export interface RequestContext {
  id: string;
  face: Face;
  /** Path and query as the browser sent them; `req.url` carries the face in front. */
  url: string;
  startedAt: number;
  /** A program is calling: it gets JSON, also when something is wrong. */
  machine?: boolean;
  /** Filled in by the gate. */
  principal?: Principal;
  site?: SiteContext;
  locale?: string;
  /** The language as its formatters take it, such as `en-GB`. */
  region?: string;
  timeZone?: string;
  cookies?: Cookies;
}
export type FoyerRequest = Request & { foyer: RequestContext; uploads?: Upload[] };
export type FoyerResponse = Response;

/** Where it comes from, as far as the trusted proxies say; null on a socket of the file system. */
export const addressOf = ({ ip }: Pick<Request, 'ip'>): string | null => (ip ? plainAddress(ip) : null);

/** A file that came with a form, waiting in a temporary place. */
export interface Upload {
  field: string;
  name: string;
  path: string;
  size: number;
  /** One more than a form may have: it was not kept. */
  surplus?: boolean;
}
