import { COMPANY_ROLES, type StandardRole } from '../company.entity.js';

/** How far a capability goes: what is one's own, the company's, that of the companies below it too, that of those one works for as well. */
export const SCOPES = ['none', 'own', 'company', 'branches', 'partners'] as const;
export type Scope = (typeof SCOPES)[number];

/** Something that people of a company may or may not do. Texts are message keys. */
export interface Capability {
  /** `<module>.<verb>` */
  name: string;
  label: string;
  order: number;
  /** What it can be set to; not everything makes sense for everything. */
  scopes: readonly Scope[];
  standard: Record<StandardRole, Scope>;
  /** The capability without which this one is worth nothing: in no role it goes further than that. */
  within?: string;
}
const declared: Capability[] = [];

/** Call at module level, beside the rules that read it. */
export function declareCapability(...capabilities: Capability[]): void {
  declared.push(...capabilities);
  declared.sort((a, b) => a.order - b.order);
}

export const capabilities = (): readonly Capability[] => declared;

/** What the three standard roles may. */
export const standardScopes = (role: StandardRole): Record<string, Scope> =>
  Object.fromEntries(declared.map(({ name, standard }) => [name, standard[role]]));

export const isStandardRole = (role: string): role is StandardRole =>
  (COMPANY_ROLES as readonly string[]).includes(role);
/** How far a capability goes in a role that says `scopes`. */
export function scopeOf(scopes: Record<string, Scope>, name: string): Scope {
  const within = declared.find((one) => one.name === name)?.within;
  const [scope, most] = [scopes[name] ?? 'none', within ? scopeOf(scopes, within) : ('partners' as const)];
  return reaches(most, scope) ? scope : most;
}

export const reaches = (scope: Scope, least: Scope): boolean => SCOPES.indexOf(scope) >= SCOPES.indexOf(least);
