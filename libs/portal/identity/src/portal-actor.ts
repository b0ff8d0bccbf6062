import type { Actor } from '@foyer/access';
import type { CompanyRole } from './company.entity.js';
import type { TeamRole } from './person.entity.js';
import type { TeamScope } from './roles/capabilities.js';

/** A tenant's person (or guest) at work: what verbs of the portal's modules take. */
export interface PortalActor extends Actor {
  email: string | null;
  teamRole: TeamRole | null;
  /** What the role allows, where it is none that has a name: a key's. */
  teamScopes?: Record<string, TeamScope>;
  companies: { id: string; name: string; role: CompanyRole; manages: boolean; secondFactorSince?: string | null }[];
  /** The company they act for at present; null where they belong to none. */
  companyId: string | null;
  sessionId: string | null;
}

/**
 * The role of those in the team for whom the plan has no place: one that nobody can give, and under which nothing is done that
 * asks for a role by its name.
 */
export const FROZEN_ROLE = 'frozen';

/** What an actor has that is no person of the portal: a guest, a rule, a clock. */
export const NOBODY = {
  ...{ id: null, email: null, teamRole: null },
  ...{ companies: [], companyId: null, sessionId: null },
} satisfies Partial<PortalActor>;
