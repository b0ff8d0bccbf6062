import { abilityOf } from '@foyer/access';
import { NOBODY, type PortalActor } from '@foyer/identity';

const ability = abilityOf(({ can }) => can('manage', ['Ticket', 'Note']));

/** `nameKey`: a part of the product, whose name each reader reads in their language. */
type Robot = PortalActor & { nameKey?: string };

/** An actor that is nobody: a rule or a clock, by the name under which the thread tells of it. May do everything to tickets. */
export const robot = (name: string): Robot => ({ ...NOBODY, kind: 'job', name, ability });

/** The product itself, by the message key of the part that acts. */
export const ownRobot = (nameKey: string): Robot => ({ ...robot(nameKey), nameKey });

/** Under which name the thread keeps what an actor without an account did. */
export function signature(actor: Robot): { by: string } | { byKey: string } | { program: string } {
  if (actor.nameKey) return { byKey: actor.nameKey };
  // A program of the customer's own company is named to its people too.
  return actor.kind === 'key' && actor.teamRole === null ? { program: actor.name } : { by: actor.name };
}
