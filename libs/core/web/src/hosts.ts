import type { Config } from '@foyer/config';
import type { Face } from './face.js';

/** What a host name stands for. `tenant` is for the directory to say. */
export type HostKind = Exclude<Face, 'portal'> | 'files' | 'tenant';

export function hostKind({ baseUrl }: Pick<Config, 'baseUrl'>, host: string): HostKind {
  const base = baseUrl.hostname;
  if (host === base) return 'site';
  if (host === `admin.${base}`) return 'admin';
  if (host === `files.${base}`) return 'files';
  return 'tenant';
}

/** The origin of a host of the platform, e.g. `admin` or a tenant's slug. */
export function platformOrigin({ baseUrl }: Pick<Config, 'baseUrl'>, name = ''): string {
  return `${baseUrl.protocol}//${name ? `${name}.` : ''}${baseUrl.host}`;
}
