import { Injectable } from '@nestjs/common';
import { InvalidField } from '@foyer/access';
import { Roles, TeamRoles } from '@foyer/identity';
import { one, rowValues, type Typed, typedRows } from '@foyer/settings';
import type { FormState, Visit } from '@foyer/web';
import type { Owner } from './connection-book.js';
import { MappedRoles, type Mapping } from './mapped-roles.js';

const PART = 'groups';
const MOST = 50;
export const firstGroup = () => ({ [PART]: () => ({ group: '', role: '' }) });
/** Where the page says what is wrong with what no single control asks for. */
export const beginsAt = { roles: `${PART}-0-role` };

/** Groups with their roles, as a page asks for them: of a connection and of a directory alike (`signon/group-rows`). */
@Injectable()
export class GroupRows {
  constructor(
    private readonly roles: Roles,
    private readonly teamRoles: TeamRoles,
    private readonly mapped: MappedRoles,
  ) {}

  values(item: Pick<Mapping, 'roles'> | null): Typed {
    return rowValues(PART, item?.roles ?? []);
  }

  /** @throws InvalidField */
  rolesFrom(typed: Typed): { group: string; role: string }[] {
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

  /** Of an owner who has roles to give; undefined: nobody has any here. */
  async view(visit: Visit, form: FormState<unknown>, companyId: Owner | undefined) {
    const options = companyId === undefined ? [] : await this.options(visit, companyId);
    const groups =
      companyId === undefined
        ? []
        : typedRows(form.values, PART, MOST).map(({ n }) => ({ n, name: `${PART}-${n}`, options }));
    // For the summary of what is wrong.
    const groupFields = groups.flatMap(({ name }) => [
      { name: `${name}-group`, label: visit.t('signon.connection.group') },
      { name: `${name}-role`, label: visit.t('signon.connection.role') },
    ]);
    return { groups, groupFields };
  }

  /** Names of roles, for what is shown of an attempt. */
  async roleNames(visit: Visit, companyId: Owner): Promise<(role: string) => string> {
    const t = visit.t.bind(visit);
    return companyId === null ? this.teamRoles.labels(t) : this.roles.labels(t);
  }

  private async options(visit: Visit, companyId: Owner) {
    const may = await this.mapped.giveable(companyId);
    const t = visit.t.bind(visit);
    if (companyId !== null) return this.roles.options(t, may);
    return (await this.teamRoles.described(t)).filter(({ value }) => may(value));
  }
}
