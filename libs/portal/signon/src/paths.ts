import { type Actor, holds } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';
import type { Connection } from './connection-book.js';

/** Where a connection is looked after: in the console by the operator's team, on their own pages by a company's people. */
export function pathOf(actor: Actor, { kind, id, companyId }: Pick<Connection, 'kind' | 'id' | 'companyId'>): string {
  const isOperator = (actor as PortalActor).teamRole !== null && holds(actor.ability, 'manage', 'SignOn');
  return isOperator || companyId === null
    ? `/console/settings/${kind}-connections/${id}`
    : `/company/sign-in/${companyId}/providers/${kind}/${id}`;
}
export const attemptsPathOf = (actor: Actor, connection: Parameters<typeof pathOf>[1]): string =>
  `${pathOf(actor, connection)}/attempts`;
