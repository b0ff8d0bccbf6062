import { Injectable } from '@nestjs/common';
import { ALPHABETICAL, Database, rows, sql, table } from '@foyer/database';
import {
  Agents,
  categoryOptions,
  PRIORITIES,
  priorityName,
  type RequestField,
  requestFields,
  requestTypes,
  saidCategory,
  type SaidCategory,
  statusName,
  TICKET_STATUSES,
  ticketGroups,
  ticketStatuses,
  typeName,
} from '@foyer/requests';
import { Collections, localized } from '@foyer/settings';
import type { Visit } from '@foyer/web';
import { CONDITION_FIELDS, type ConditionKind } from './ticket-conditions.js';
import { APPROVAL_STATES } from '../ticket.entity.js';

export interface Option {
  value: string;
  label: string;
}
/** Something a condition can ask of a ticket. `options` where the answer is chosen, not written. */
export interface FieldChoice {
  field: string;
  label: string;
  kind: ConditionKind;
  options: Option[] | null;
}
/** Everything a rule can speak of, in the reader's words. */
export interface RuleChoices {
  fields: FieldChoice[];
  agents: Option[];
  groups: Option[];
  categories: Option[];
  types: Option[];
  /** `open`, or `open:<id>` for one of the operator's own. */
  statuses: Option[];
  priorities: Option[];
}
type Words = Pick<Visit, 't' | 'locale'>;

/** Nobody chooses a customer from a list of thousands. */
const NOT_OFFERED: readonly string[] = ['requesterId', 'statusId'];

/** Whatever conditions speak of already is offered, however many others there are. */
const askedCompanies = () => sql`
  select jsonb_path_query(asked, '$.** ? (@.field == "companyId").value[*]') #>> '{}'
    from (select value as asked from ${table('setting')} union all select data from ${table('item')} where kind = 'ticket-views') a`;

@Injectable()
export class RuleOptions {
  private readonly known = new WeakMap<Words, Promise<RuleChoices>>();

  constructor(
    private readonly database: Database,
    private readonly collections: Collections,
    private readonly people: Agents,
  ) {}

  /** Read once for each visit. */
  all(visit: Words): Promise<RuleChoices> {
    let found = this.known.get(visit);
    if (!found) this.known.set(visit, (found = this.read(visit)));
    return found;
  }

  private async read(visit: Words): Promise<RuleChoices> {
    const working = await this.people.options();
    const [{ agents, said, companies }] = (await this.database.read((em) =>
      rows<{ agents: Option[]; said: SaidCategory[]; companies: Option[] }>(
        em,
        sql`select ${working} as agents,
                   (select coalesce(json_agg(${saidCategory('c')} order by c.position, c.name ${ALPHABETICAL}), '[]')
                      from ${table('ticket_category')} c where c.archived_at is null) as said,
                   (select coalesce(json_agg(json_build_object('value', id, 'label', name) order by name ${ALPHABETICAL}), '[]')
                      from ${table('company')}
                     where id in (select id from ${table('company')} order by name ${ALPHABETICAL} limit 500) or id::text in (${askedCompanies()})) as companies`,
      ),
    )) as [{ agents: Option[]; said: SaidCategory[]; companies: Option[] }];
    const categories = categoryOptions(said, visit.locale);
    const option = ({ id, name }: { id: string; name: string }) => ({ value: id, label: name });
    const groups = (await this.collections.all(ticketGroups)).map(option);
    const types = (await this.collections.all(requestTypes)).map((type) => ({
      value: type.id,
      label: typeName(type, visit.locale),
    }));
    const priorities = PRIORITIES.map((value) => ({ value, label: priorityName(visit.locale, value) }));
    const own = (await this.collections.all(ticketStatuses)).filter(({ standard }) => !standard);
    const statuses = TICKET_STATUSES.flatMap((value) => [
      { value, label: statusName(visit.locale, value, null, '/console') },
      ...own
        .filter(({ kind }) => kind === value)
        .map(({ id, kind }) => ({ value: `${kind}:${id}`, label: statusName(visit.locale, kind, id, '/console') })),
    ]);
    const sources = ['portal', 'console', 'email', 'api'].map((value) => ({
      value,
      label: visit.t(`tickets.conditions.source.${value}`),
    }));
    const approvals = APPROVAL_STATES.map((value) => ({ value, label: visit.t(`tickets.approval.status.${value}`) }));
    const options: Partial<Record<string, Option[]>> = {
      ...{
        status: statuses,
        priority: priorities,
        source: sources,
        approval: approvals,
        categoryId: categories,
        typeId: types,
      },
      ...{ groupId: groups, assigneeId: agents, companyId: companies },
    };
    const builtIn = Object.entries(CONDITION_FIELDS)
      .filter(([field]) => !NOT_OFFERED.includes(field))
      .map(([field, { kind }]) => ({
        field,
        kind,
        label: visit.t(`tickets.conditions.field.${field}`),
        options: options[field] ?? null,
      }));
    const asked = (await this.collections.all(requestFields)).flatMap((field) => ownField(field, visit));
    return {
      fields: [...builtIn, ...asked],
      agents,
      groups,
      categories,
      types,
      statuses,
      priorities,
    };
  }
}

/** A field of the operator's own, where its answers can be compared. */
function ownField(field: RequestField, visit: Words): FieldChoice[] {
  if (field.kind === 'file' || field.kind === 'company') return [];
  const options = field.options.map((one) => ({ value: one.id, label: localized(one, 'label', visit.locale) }));
  return [
    {
      field: `field:${field.id}`,
      label: localized(field, 'label', visit.locale),
      kind: 'answer',
      options:
        field.kind === 'checkbox'
          ? [{ value: 'true', label: visit.t('tickets.conditions.says.ticked') }]
          : options.length > 0
            ? options
            : null,
    },
  ];
}
