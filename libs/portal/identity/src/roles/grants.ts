import type { Reach, Grants, TeamGrants } from '@foyer/access';
import { companyCapabilities, type Scope } from './capabilities.js';
import type { RoleMeaning } from './roles.js';

/** A person's place in a company, with the companies below it and those it works for as a partner. */
export interface Place {
  id: string;
  role: string;
  branches: string[];
  clients: string[];
  /** Since when the company demands a second factor of its people. */
  secondFactorSince?: string | null;
}

/** What rules are written about: a person's places, and for each capability the companies it reaches, by how. */
export function grantsOf(
  who: { id: string | null; team: TeamGrants | null },
  places: Place[],
  meaning: (place: Place) => RoleMeaning,
): Grants {
  const meanings = places.map(meaning);
  const names = new Set(meanings.flatMap(({ scopes }) => Object.keys(scopes)));
  const reach: Record<string, Reach> = {};
  for (const name of names) {
    const goes = ({ scopes }: RoleMeaning, least: Scope) =>
      companyCapabilities.reaches(companyCapabilities.scopeOf(scopes, name), least);
    const held = (least: Scope, ids: (place: Place) => string[]) => [
      ...new Set(places.filter((_, index) => goes(meanings[index]!, least)).flatMap(ids)),
    ];
    reach[name] = {
      own: held('own', ({ id }) => [id]),
      company: held('company', ({ id }) => [id]),
      branches: held('branches', ({ branches }) => branches),
      partners: held('partners', ({ clients }) => clients),
    };
  }
  const groups = places.map(({ id, role }, index) => ({ id, role, manages: meanings[index]!.manages }));
  return { ...who, groups, reach };
}
