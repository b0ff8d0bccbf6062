import { join, sql, type Sql, table, verbatim } from '@foyer/database';
import { type Attribute, type Kind, KINDS, meaningOf, type Meaning, named } from './attributes.js';
import type { Filter, Operator, Value } from './scim-filter.js';
import { ScimFault } from './scim-fault.js';

const wrong = (detail: string): ScimFault => new ScimFault(400, 'invalidFilter', detail);

/**
 * A filter as a condition on rows `r` of `provisioned`. Names are looked up among the attributes there are and never become SQL; what
 * is compared with is bound. @throws ScimFault invalidFilter
 */
export function conditionOf(kind: Kind, filter: Filter): Sql {
  if (filter.is === 'not') return sql`not coalesce(${conditionOf(kind, filter.one)}, false)`;
  if (filter.is === 'and' || filter.is === 'or')
    return joined(
      filter.is,
      filter.all.map((one) => conditionOf(kind, one)),
    );
  const meaning = meaningOf(kind, filter.path);
  if (!meaning?.attribute) throw wrong(`There is no attribute ${filter.path.slice(0, 60)}.`);
  const attribute = meaning.attribute;
  if (filter.is === 'some') {
    if (!attribute.multi || !attribute.subs || meaning.sub) throw wrong(`${attribute.name} takes no brackets.`);
    const inner = itemCondition(attribute, filter.of);
    const also =
      filter.sub && filter.operator ? [itemCompared(attribute, filter.sub, filter.operator, filter.value)] : [];
    return someOf(attribute, joined('and', [inner, ...also]));
  }
  const { operator, value } = filter;
  if (attribute.multi) return ofSeveral(attribute, meaning.sub, operator, value);
  if (attribute.type === 'complex' && !meaning.sub) {
    if (operator !== 'pr') throw wrong(`Compare what is in ${attribute.name}.`);
    return sql`r.data->${attribute.name}::text is not null`;
  }
  return compared(expressionOf(kind, meaning), meaning.sub ?? attribute, operator, value);
}

const joined = (word: 'and' | 'or', all: Sql[]): Sql =>
  all.length === 1 ? all[0]! : sql`(${join(all, word === 'and' ? ' and ' : ' or ')})`;

/** Where the value of an attribute lies. */
function expressionOf(kind: Kind, { extension, attribute, sub }: Meaning): Sql {
  const { name } = attribute!;
  if (extension) return sql`r.data->${extension.id}::text->>${name}::text`;
  const lies = PLACES[sub ? `${name}.${sub.name}` : name];
  if (lies) return verbatim(lies);
  if (name === (kind === KINDS.Users ? 'userName' : 'displayName')) return sql`r.name`;
  if (name === 'meta' || name === 'schemas') throw wrong(`Nothing is found by ${name}${sub ? `.${sub.name}` : ''}.`);
  return sub ? sql`r.data->${name}::text->>${sub.name}::text` : sql`r.data->>${name}::text`;
}
/** What has a column of its own. */
const PLACES: Record<string, string> = {
  ...{ id: 'r.id::text', externalId: 'r.external_id', active: 'r.active' },
  ...{ 'meta.created': 'r.created_at', 'meta.lastModified': 'r.updated_at' },
};

function ofSeveral(attribute: Attribute, sub: Attribute | null, operator: Operator, value: Value): Sql {
  if (!attribute.subs) throw wrong(`Nothing is found by ${attribute.name}.`);
  if (operator === 'pr' && !sub) return someOf(attribute, sql`true`);
  const some = (positive: Operator) =>
    someOf(attribute, itemCompared(attribute, sub?.name ?? 'value', positive, value));
  // That something is not among them, rather than that there is something else among them.
  return operator === 'ne' ? sql`not ${some('eq')}` : some(operator);
}

/** Whether one of several, `i`, is as it should be. */
function someOf({ name }: Attribute, condition: Sql): Sql {
  if (name === 'members')
    return sql`exists (select from ${table('provisioned_member')} x join ${table('provisioned')} i on i.id = x.user_id where x.group_id = r.id and i.deleted_at is null and ${condition})`;
  if (name === 'groups')
    return sql`exists (select from ${table('provisioned_member')} x join ${table('provisioned')} i on i.id = x.group_id where x.user_id = r.id and ${condition})`;
  return sql`exists (select from jsonb_array_elements(case when jsonb_typeof(r.data->${name}::text) = 'array' then r.data->${name}::text else '[]' end) as e(i) where ${condition})`;
}

function itemCondition(attribute: Attribute, filter: Filter): Sql {
  if (filter.is === 'not') return sql`not coalesce(${itemCondition(attribute, filter.one)}, false)`;
  if (filter.is === 'and' || filter.is === 'or')
    return joined(
      filter.is,
      filter.all.map((one) => itemCondition(attribute, one)),
    );
  if (filter.is === 'some') throw wrong('There are no brackets within brackets.');
  return itemCompared(attribute, filter.path, filter.operator, filter.value);
}

function itemCompared(attribute: Attribute, path: string, operator: Operator, value: Value): Sql {
  const sub = named(attribute.subs ?? [], path);
  if (!sub) throw wrong(`${attribute.name} has no ${path.slice(0, 60)}.`);
  if (attribute.name !== 'members' && attribute.name !== 'groups') {
    const text = sql`i->>${sub.name}::text`;
    return compared(sub.type === 'boolean' ? sql`(${text})::boolean` : text, sub, operator, value);
  }
  const columns: Record<string, Sql> = { value: sql`i.id::text`, display: sql`i.name` };
  const column = columns[sub.name];
  if (!column) throw wrong(`Nothing is found by ${attribute.name}.${sub.name}.`);
  return compared(column, sub, operator, value);
}

const ORDERS: Partial<Record<Operator, Sql>> = { gt: sql`>`, ge: sql`>=`, lt: sql`<`, le: sql`<=` };

function compared(is: Sql, { name, type, caseExact }: Attribute, operator: Operator, value: Value): Sql {
  if (operator === 'pr' || value === null) {
    if (operator !== 'pr' && operator !== 'eq' && operator !== 'ne') throw wrong(`Nothing is ${operator} null.`);
    return operator === 'eq' ? sql`(${is}) is null` : sql`(${is}) is not null`;
  }
  if (type === 'boolean') return booleanCompared(is, name, operator, value);
  if (type === 'dateTime') return timeCompared(is, name, operator, value);
  if (typeof value === 'boolean') throw wrong(`${name} is a text.`);
  const [one, other] = caseExact
    ? [sql`(${is})`, sql`${String(value)}::text`]
    : [sql`lower(${is})`, sql`lower(${String(value)}::text)`];
  if (operator === 'eq') return sql`${one} = ${other}`;
  if (operator === 'ne') return sql`${one} is distinct from ${other}`;
  if (operator === 'co') return sql`strpos(${one}, ${other}) > 0`;
  if (operator === 'sw') return sql`starts_with(${one}, ${other})`;
  if (operator === 'ew') return sql`right(${one}, length(${other})) = ${other}`;
  return sql`${one} ${ORDERS[operator]!} ${other}`;
}

function booleanCompared(is: Sql, name: string, operator: Operator, value: Value): Sql {
  const word = String(value).toLowerCase();
  if ((operator !== 'eq' && operator !== 'ne') || (word !== 'true' && word !== 'false'))
    throw wrong(`${name} is eq or ne, true or false.`);
  return operator === 'eq' ? sql`(${is}) = ${word === 'true'}` : sql`(${is}) is distinct from ${word === 'true'}`;
}

function timeCompared(is: Sql, name: string, operator: Operator, value: Value): Sql {
  const isTime = typeof value === 'string' && /^\d{4}-\d\d-\d\d(?:T[\d:.]{5,15}(?:Z|[+-]\d\d:?\d\d)?)?$/.test(value);
  const at = isTime ? new Date(value) : null;
  if (!at || Number.isNaN(at.getTime())) throw wrong(`${name} is compared with a time such as 2026-11-30T08:00:00Z.`);
  const order = operator === 'eq' ? sql`=` : operator === 'ne' ? sql`<>` : ORDERS[operator];
  if (!order) throw wrong(`${name} is a time.`);
  // What we tell has milliseconds.
  return sql`date_trunc('milliseconds', ${is}) ${order} ${at}`;
}
