import { z } from 'zod';
import { foldedSql, hasSql, join, type Sql, sql, verbatim } from '@foyer/database';
import { folded, has } from '@foyer/i18n';
import { APPROVAL_STATES } from '../ticket.entity.js';
import { type FieldValue, PRIORITIES, tagOf, TICKET_STATUSES } from '@foyer/requests';

/** What conditions can ask of a ticket, as plain values. `null` where there is none. */
export interface TicketFacts {
  status: string;
  statusId: string | null;
  priority: string;
  categoryId: string | null;
  typeId: string | null;
  groupId: string | null;
  assigneeId: string | null;
  requesterId: string;
  companyId: string | null;
  source: string;
  approval: string;
  subject: string;
  tags: string[];
  fields: Record<string, FieldValue>;
  createdAt: Date;
  updatedAt: Date;
  solvedAt: Date | null;
  dueAt: Date | null;
  customerRepliedAt: Date | null;
  teamRepliedAt: Date | null;
}
interface Asked {
  column: string;
  kind: 'choice' | 'id' | 'text' | 'tags' | 'age' | 'ahead';
  choices?: readonly string[];
}
const asked = (column: string, kind: Asked['kind'], choices?: readonly string[]): Asked => ({
  column,
  kind,
  ...(choices && { choices }),
});

/** Everything a condition can be about. Ages are in hours since, `ahead` in hours until. */
export const CONDITION_FIELDS = {
  status: asked('status', 'choice', TICKET_STATUSES),
  statusId: asked('status_id', 'id'),
  priority: asked('priority', 'choice', PRIORITIES),
  categoryId: asked('category_id', 'id'),
  typeId: asked('type_id', 'id'),
  groupId: asked('group_id', 'id'),
  assigneeId: asked('assignee_id', 'id'),
  requesterId: asked('requester_id', 'id'),
  companyId: asked('company_id', 'id'),
  source: asked('source', 'choice', ['portal', 'console', 'email', 'api']),
  approval: asked('approval', 'choice', APPROVAL_STATES),
  subject: asked('subject', 'text'),
  tags: asked('tags', 'tags'),
  createdAt: asked('created_at', 'age'),
  updatedAt: asked('updated_at', 'age'),
  solvedAt: asked('solved_at', 'age'),
  customerRepliedAt: asked('customer_replied_at', 'age'),
  teamRepliedAt: asked('team_replied_at', 'age'),
  dueAt: asked('due_at', 'ahead'),
} as const satisfies Partial<Record<keyof TicketFacts, Asked>>;
export type ConditionField = keyof typeof CONDITION_FIELDS;

/** Which operators a kind of field takes. A custom field's answers (`field:<id>`) are compared as `answer`. */
export const OPERATORS = {
  choice: ['is', 'is-not'],
  id: ['is', 'is-not', 'is-empty', 'is-not-empty'],
  text: ['contains', 'contains-not'],
  tags: ['has', 'has-not'],
  age: ['more-than', 'less-than'],
  ahead: ['more-than', 'less-than'],
  answer: ['is', 'is-not', 'is-empty', 'is-not-empty'],
} as const;
export type ConditionKind = keyof typeof OPERATORS;
export type Operator = (typeof OPERATORS)[ConditionKind][number];

const OWN = /^field:([0-9a-f-]{36})$/;
/** The field of the operator's own that `field:<id>` asks for. */
export const ownFieldOf = (field: string): string | undefined => OWN.exec(field)?.[1];

const OWN_STATUS = new RegExp(`^(?:${TICKET_STATUSES.join('|')}):([0-9a-f-]{36})$`);
/** The operator's own status that `on_hold:<id>` asks for, where `on_hold` asks for all of the kind. */
export const ownStatusOf = (value: string): string | undefined => OWN_STATUS.exec(value)?.[1];

export function kindOf(field: string): ConditionKind | null {
  if (OWN.test(field)) return 'answer';
  return Object.hasOwn(CONDITION_FIELDS, field) ? CONDITION_FIELDS[field as ConditionField].kind : null;
}

/** One test: `value` holds several where any of them will do; hours for ages. `me` stands for whoever looks. */
export const ticketTest = z
  .object({
    field: z.string().max(50),
    operator: z.string().max(20),
    value: z.array(z.string().max(200)).max(50).default([]),
  })
  .refine(({ field, operator, value }) => {
    const kind = kindOf(field);
    if (!kind || !(OPERATORS[kind] as readonly string[]).includes(operator)) return false;
    if (operator.endsWith('empty')) return true;
    if (value.length === 0) return false;
    if (kind === 'age' || kind === 'ahead') return value.length === 1 && /^\d{1,5}(\.\d{1,2})?$/.test(value[0]!);
    if (kind === 'id') return value.every((one) => one === 'me' || z.uuid().safeParse(one).success);
    if (kind === 'choice')
      return value.every((one) => choicesOf(field).includes(one) || (field === 'status' && ownStatusOf(one)));
    return true;
  }, 'tickets.conditions.wrong');
export type TicketTest = z.output<typeof ticketTest>;

const choicesOf = (field: string): readonly string[] =>
  (CONDITION_FIELDS[field as ConditionField] as Asked).choices ?? [];

export const ticketConditions = z.object({
  match: z.enum(['all', 'any']).default('all'),
  tests: z.array(ticketTest).max(20).default([]),
});
export type Conditions = z.output<typeof ticketConditions>;

const HOUR = 3_600_000;

/** Does the ticket meet the conditions? No test at all is met by every ticket. The same as `conditionsSql`. */
export function matches(
  { match, tests }: Conditions,
  facts: TicketFacts,
  readerId: string | null = null,
  now = new Date(),
): boolean {
  if (tests.length === 0) return true;
  const holds = (test: TicketTest) => held(test, facts, readerId, now);
  return match === 'all' ? tests.every(holds) : tests.some(holds);
}

function held(
  { field, operator, value: given }: TicketTest,
  facts: TicketFacts,
  readerId: string | null,
  now: Date,
): boolean {
  const own = ownFieldOf(field);
  const value = given.map((one) => (one === 'me' ? readerId : one));
  if (own)
    return compared(
      operator,
      answers(facts.fields[own]).map(folded),
      value.map((one) => one && folded(one)),
    );
  const actual = facts[field as ConditionField];
  switch (kindOf(field)) {
    case 'text':
      return given.some((one) => has(String(actual), one)) === (operator === 'contains');
    case 'tags':
      return given.some((one) => (actual as string[]).includes(tagOf(one))) === (operator === 'has');
    case 'age':
      return actual instanceof Date && beyond(operator, now.getTime() - actual.getTime(), given);
    case 'ahead':
      return actual instanceof Date && beyond(operator, actual.getTime() - now.getTime(), given);
    default:
      return compared(operator, [...known(actual), ...(field === 'status' ? ownStatus(facts) : [])], value);
  }
}

const known = (actual: unknown): string[] => (actual === null ? [] : [String(actual)]);
const ownStatus = ({ status, statusId }: TicketFacts): string[] => (statusId ? [`${status}:${statusId}`] : []);

function compared(operator: string, actual: string[], value: (string | null)[]): boolean {
  if (operator === 'is-empty') return actual.length === 0;
  if (operator === 'is-not-empty') return actual.length > 0;
  return actual.some((one) => value.includes(one)) === (operator === 'is');
}

const beyond = (operator: string, passed: number, [hours]: string[]): boolean =>
  operator === 'more-than' ? passed > Number(hours) * HOUR : passed < Number(hours) * HOUR;

const answers = (value: FieldValue | undefined): string[] =>
  value === undefined || value === null || value === '' ? [] : Array.isArray(value) ? value : [String(value)];

/** The same as a condition on the columns of the table called `alias`. */
export function conditionsSql({ match, tests }: Conditions, alias: string, readerId: string | null = null): Sql {
  if (tests.length === 0) return sql`true`;
  return sql`(${join(
    tests.map((test) => testSql(test, alias, readerId)),
    match === 'all' ? ' and ' : ' or ',
  )})`;
}

function testSql({ field, operator, value: given }: TicketTest, alias: string, readerId: string | null): Sql {
  const value = given.map((one) => (one === 'me' ? readerId : one)).filter((one): one is string => one !== null);
  const own = ownFieldOf(field);
  if (own) return answerSql(verbatim(`${alias}.fields`), own, operator, value);
  const column = verbatim(`${alias}.${CONDITION_FIELDS[field as ConditionField].column}`);
  if (field === 'status' && value.some(ownStatusOf)) {
    const is = sql`(${column} = any(${value}::text[]) or coalesce(${column} || ':' || ${verbatim(`${alias}.status_id`)} = any(${value}::text[]), false))`;
    return operator === 'is' ? is : sql`not ${is}`;
  }
  const hours = sql`${given[0] ?? '0'}::numeric * interval '1 hour'`;
  switch (operator) {
    case 'is-empty':
      return sql`${column} is null`;
    case 'is-not-empty':
      return sql`${column} is not null`;
    case 'is':
      return kindOf(field) === 'id'
        ? sql`coalesce(${column} = any(${value}::uuid[]), false)`
        : sql`${column} = any(${value}::text[])`;
    case 'is-not':
      return kindOf(field) === 'id'
        ? sql`not coalesce(${column} = any(${value}::uuid[]), false)`
        : sql`not ${column} = any(${value}::text[])`;
    case 'contains':
      return hasSql(column, value);
    case 'contains-not':
      return sql`not ${hasSql(column, value)}`;
    case 'has':
      return sql`${column} && ${value.map(tagOf)}::text[]`;
    case 'has-not':
      return sql`not ${column} && ${value.map(tagOf)}::text[]`;
    case 'more-than':
      return kindOf(field) === 'age'
        ? sql`coalesce(${column} < now() - ${hours}, false)`
        : sql`coalesce(${column} > now() + ${hours}, false)`;
    default:
      return kindOf(field) === 'age'
        ? sql`coalesce(${column} > now() - ${hours}, false)`
        : sql`coalesce(${column} < now() + ${hours}, false)`;
  }
}

/** Answers are JSON: one value or several. Each is compared as folded text. */
function answerSql(column: Sql, id: string, operator: string, value: string[]): Sql {
  const answer = sql`(${column} -> ${id}::text)`;
  const none = sql`(${answer} is null or ${answer} in ('null'::jsonb, '""'::jsonb, '[]'::jsonb))`;
  if (operator === 'is-empty') return none;
  if (operator === 'is-not-empty') return sql`not ${none}`;
  const each = sql`jsonb_array_elements_text(case when jsonb_typeof(${answer}) = 'array' then ${answer} else jsonb_build_array(${answer}) end)`;
  const is = sql`(not ${none} and exists (select from ${each} one where ${foldedSql(verbatim('one'))} = any(${value.map(folded)}::text[])))`;
  return operator === 'is' ? is : sql`not ${is}`;
}
