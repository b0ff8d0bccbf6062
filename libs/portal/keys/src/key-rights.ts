import type { Scope } from '@foyer/api';
import { companyCapabilities, teamCapabilities, type TeamScope, type Scope as Reach } from '@foyer/identity';

const named = (scopes: readonly Scope[]): Set<string> => new Set(scopes.flatMap(({ capabilities }) => capabilities));

/** What a role in the team would be that allows just this: each capability as far as it goes for owners. */
export function teamScopesOf(scopes: readonly Scope[]): Record<string, TeamScope> {
  const held = named(scopes);
  return Object.fromEntries(Object.entries(teamCapabilities.standard('owner')).filter(([name]) => held.has(name)));
}

/** What is left of a company admin's role. */
export function companyScopesOf(scopes: readonly Scope[], admin: Record<string, Reach>): Record<string, Reach> {
  const held = named(scopes);
  return companyCapabilities.read(Object.fromEntries(Object.entries(admin).filter(([name]) => held.has(name))));
}
