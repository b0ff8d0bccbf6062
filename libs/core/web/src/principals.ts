import { Injectable } from '@nestjs/common';
import type { Actor } from '@foyer/access';
import type { Face } from './face.js';

/** Who is asking, as a session (or its absence) tells. */
export interface Principal {
  actor: Actor;
  /** Null for guests. */
  session: { id: string; lastSeenAt: Date } | null;
  /** The `me` of templates. */
  view: Record<string, unknown> | null;
  /** Side doors this person may use: `team` opens the console. */
  isTeam: boolean;
  /** Signed in, but not from an address that is allowed: a guest as long as they are there. */
  barred?: boolean;
  /** Signed in, but a guest until they have done something: the page where they do it. */
  onward?: string;
  locale: string | null;
  timeZone: string | null;
  /** Names of those who can give this person more rights, for whoever lacks one. */
  askFor?: () => Promise<string[]>;
}

/**
 * Finds the principal of a session secret (null: no cookie), for the team's pages or for others, asking from an address; an
 * unknown or ended session is a guest, never an error.
 */
export type FindPrincipal = (secret: string | null, atDesk: boolean, from: string | null) => Promise<Principal>;

/** Each face's way of telling who somebody is; the module that keeps those people registers it. */
@Injectable()
export class Principals {
  private readonly finders = new Map<Face, FindPrincipal>();

  register(face: Face, find: FindPrincipal): void {
    this.finders.set(face, find);
  }

  find(face: Face, secret: string | null, atDesk = false, from: string | null = null): Promise<Principal> {
    const find = this.finders.get(face);
    if (!find) throw new Error(`Nobody has registered who signs in on ${face}`);
    return find(secret, atDesk, from);
  }
}
