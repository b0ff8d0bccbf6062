import type { PortalActor } from '@foyer/identity';
import type { Authentication } from '@foyer/inbound';
import { allowed } from '@foyer/access';
import type { Ticket } from '@foyer/tickets';
import type { Reason } from './inbound-mail.js';

/** What stands behind the From: what was found about the mail, or that somebody of the team has looked at it and takes it. */
export type Proof = Authentication | 'vouched';

/**
 * Whether a mail may join a thread (security 51). Having an address of ours is one half, being somebody who may reply is the
 * other; and the less is known of where the mail comes from, the less it may do.
 * @returns what stands against it; null when nothing does
 */
export function objection(
  { actor, ticket, personId }: { actor: PortalActor | null; ticket: Ticket; personId: string },
  proof: Proof,
): Reason | null {
  if (proof === 'fail') return 'authentication';
  if (!actor) return 'not-entitled';
  const readable = allowed(actor.ability, 'read', 'Ticket', ticket);
  if (!readable || !allowed(actor.ability, 'reply', 'Ticket', ticket)) return 'not-entitled';
  if (proof === 'pass') return null;
  // Nothing proves the From: then only the very person to whom our mail went is heard, and never as the team, whoever vouches.
  const forTeam = actor.teamRole !== null && ticket.requesterId !== actor.id;
  if (forTeam) return 'authentication';
  return proof === 'vouched' || actor.id === personId ? null : 'not-theirs';
}
