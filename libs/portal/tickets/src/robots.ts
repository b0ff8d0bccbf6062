import { abilityOf } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';

const ability = abilityOf(({ can }) => can('manage', ['Ticket', 'Note']));

/** An actor that is nobody: a rule or a clock, by the name under which the thread tells of it. May do everything to tickets. */
export const robot = (name: string): PortalActor => ({
  kind: 'job',
  id: null,
  name,
  email: null,
  teamRole: null,
  companies: [],
  companyId: null,
  sessionId: null,
  ability,
});
