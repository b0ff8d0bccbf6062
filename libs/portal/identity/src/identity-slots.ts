import type { Use } from '@foyer/settings';
import { type Piece, Slot } from '@foyer/slots';
import type { Visit } from '@foyer/web';
import type { PortalActor } from './portal-actor.js';

/** A section of somebody's account page. Its forms go to addresses of the module that it is of. */
export interface AccountSection {
  on: 'portal' | 'console' | 'both';
  /** Null: nothing to show to this one. */
  load(actor: PortalActor, visit: Visit): Promise<Piece | null>;
}
export const accountSections = new Slot<AccountSection>('account.sections');

/** A section of the page on which a company's own people see it. Its forms go to addresses of the module that it is of. */
export interface CompanySection {
  /** Null: nothing to show to this one. */
  load(actor: PortalActor, companyId: string, visit: Visit): Promise<Piece | null>;
}
export const companySections = new Slot<CompanySection>('company.sections');

/** What a module takes away from somebody who leaves a company or the team (null), in the same transaction. */
export type Leaving = (companyId: string | null, personId: string) => Promise<void>;
export const leaving = new Slot<Leaving>('identity.leaving');

/** What goes on without somebody of the team who leaves it, such as keys they made: told to whoever sends them away. */
export type FindKept = (personId: string) => Promise<Use[]>;
export const keptWithout = new Slot<FindKept>('identity.kept-without');

/** Ids of the parts of the team that somebody belongs to, such as groups of tickets. */
export type PartsOf = (personId: string) => Promise<readonly string[]>;
export const teamParts = new Slot<PartsOf>('team.parts');

export interface Previewed {
  /** How many things of a kind the person would see, and the latest of them by name. */
  count: number;
  latest: { title: string; text: string; href: string }[];
}
/** Names only what `reader` may see as well: trying a role shows nobody more than their own. */
export type PreviewOfRole = (actor: PortalActor, reader: PortalActor) => Promise<Previewed>;
export const rolePreviews = new Slot<PreviewOfRole>('role.previews');
