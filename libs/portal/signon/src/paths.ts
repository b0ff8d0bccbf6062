import { type Actor, holds } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';
import { currentTenant } from '@foyer/tenancy';
import type { Connection } from './connection-book.js';
import { connectionKinds } from './connections.js';

/** Where a connection is looked after: in the console by the operator's team, on their own pages by a company's people. */
export function pathOf(actor: Actor, { kind, id, companyId }: Pick<Connection, 'kind' | 'id' | 'companyId'>): string {
  const isOperator = (actor as PortalActor).teamRole !== null && holds(actor.ability, 'manage', 'SignOn');
  return isOperator || companyId === null
    ? `/console/settings/${kind}-connections/${id}`
    : `/company/sign-in/${companyId}/providers/${kind}/${id}`;
}
export const attemptsPathOf = (actor: Actor, connection: Parameters<typeof pathOf>[1]): string =>
  `${pathOf(actor, connection)}/attempts`;

type Which = Pick<Connection, 'id'>;
/** Where all that a provider asks for begins. */
const placeOf = ({ id }: Which): string => `${currentTenant().origin}/sign-in/with/${id}`;
/** Where a provider sends somebody back to. */
export const backTo = (connection: Which): string => `${placeOf(connection)}/return`;
/** What a connection is called where providers go by an address. */
export const entityOf = (connection: Which): string => `${placeOf(connection)}/metadata`;
/** Where its provider says that somebody has signed out, and hears it. */
export const signOutOf = (connection: Which): string => `${placeOf(connection)}/slo`;
export const addressesOf = (connection: Connection) =>
  connectionKinds().get(connection.kind)!.addresses(placeOf(connection));
