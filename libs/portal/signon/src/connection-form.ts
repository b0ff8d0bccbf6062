import { Injectable } from '@nestjs/common';
import { InvalidField } from '@foyer/access';
import { Roles, TeamRoles } from '@foyer/identity';
import { one, rowValues, type Typed, typedRows } from '@foyer/settings';
import type { FormState, Visit } from '@foyer/web';
import { type Connection, isForTeam } from './connection-book.js';
import { type ConnectionItem, isSetUp } from './connections.js';
import { MappedRoles } from './mapped-roles.js';
import { addressesOf, attemptsPathOf } from './paths.js';

const PART = 'groups';
const MOST = 50;
export const firstGroup = () => ({ [PART]: () => ({ group: '', role: '' }) });
/** Where the page says what is wrong with what no single control asks for. */
export const beginsAt = { roles: `${PART}-0-role` };
/** Controls that the page places by itself. */
export const PLACED = [
  ...['emailAttribute', 'nameAttribute', 'groupsAttribute', 'trustsAddresses', 'makesAccounts', 'groupsRule'],
  ...['countsAsSecondFactor', 'enforced', 'keeperId', 'enabled', 'blocked'],
];

type Shown = (visit: Visit, connection: Connection) => Promise<object>;

/** What the page of a connection has beside the controls of its fields: the groups with their roles, and what its provider asks for. */
@Injectable()
export class ConnectionForm {
  private readonly shown = new Map<string, Shown>();

  constructor(
    private readonly roles: Roles,
    private readonly teamRoles: TeamRoles,
    private readonly mapped: MappedRoles,
  ) {}

  /** What the page of one kind shows beside. */
  show(kind: string, more: Shown): void {
    this.shown.set(kind, more);
  }

  values(item: ConnectionItem | null): Typed {
    return rowValues(PART, item?.roles ?? []);
  }

  /** @throws InvalidField */
  rolesFrom(typed: Typed): ConnectionItem['roles'] {
    return typedRows(typed, PART, MOST).flatMap(({ n, values }) => {
      const [group, role] = [one(values['group']).trim(), one(values['role'])];
      if (group === '' && role === '') return [];
      const at = (what: string) => `${PART}-${n}-${what}`;
      if (group === '') throw new InvalidField(at('group'), 'web.form.required');
      if (group.length > 200) throw new InvalidField(at('group'), 'web.form.wrong');
      if (role === '' || role.length > 80) throw new InvalidField(at('role'), 'web.form.choice');
      return [{ group, role }];
    });
  }

  /** Of an item that is there: new ones have no address yet, and no groups. */
  async view(visit: Visit, form: FormState<unknown>, connection: Connection | null) {
    const isReady = connection !== null && isSetUp(connection.kind, connection);
    const hasRoles = isReady && (connection.companyId !== null || isForTeam(connection));
    const options = hasRoles ? await this.options(visit, connection) : [];
    const groups = hasRoles
      ? typedRows(form.values, PART, MOST).map(({ n }) => ({ n, name: `${PART}-${n}`, options }))
      : [];
    return {
      groups,
      ...{ hasRoles, isReady },
      addresses: connection && addressesOf(connection).map(([label, address]) => ({ label: visit.t(label), address })),
      certificates: (connection && (await this.shown.get(connection.kind)?.(visit, connection))) ?? null,
      tryHref: connection && `/sign-in/with/${connection.id}?trial=1`,
      attemptsHref: connection && attemptsPathOf(visit.actor, connection),
      // For the summary of what is wrong.
      groupFields: groups.flatMap(({ name }) => [
        { name: `${name}-group`, label: visit.t('signon.connection.group') },
        { name: `${name}-role`, label: visit.t('signon.connection.role') },
      ]),
    };
  }

  private async options(visit: Visit, { companyId }: Connection) {
    const may = await this.mapped.giveable(companyId);
    const t = visit.t.bind(visit);
    if (companyId !== null) return this.roles.options(t, may);
    return (await this.teamRoles.described(t)).filter(({ value }) => may(value));
  }

  /** Names of roles, for what is shown of an attempt. */
  async roleNames(visit: Visit, { companyId }: Pick<Connection, 'companyId'>): Promise<(role: string) => string> {
    const t = visit.t.bind(visit);
    return companyId === null ? this.teamRoles.labels(t) : this.roles.labels(t);
  }
}
