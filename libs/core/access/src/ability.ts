import { AbilityBuilder, createMongoAbility, type MongoAbility, subject as typed } from '@casl/ability';
import { rulesToCondition } from '@casl/ability/extra';

type Casl = MongoAbility<[string, string | object]>;
export type RuleWriter = Pick<AbilityBuilder<Casl>, 'can' | 'cannot'>;

/**
 * What somebody may do. Subjects are named (`'Ticket'`), so that rules speak about plain rows and entities alike. It answers
 * only to the functions below: CASL's own `can('manage', 'Membership')`, asked of no record, says yes as soon as there is any
 * record anywhere on which it is allowed, and whoever asks it means another one.
 */
export class Ability {
  readonly #rules: Casl;

  constructor(rules: Casl) {
    this.#rules = rules;
  }

  /** @internal */
  static rulesOf(ability: Ability): Casl {
    return ability.#rules;
  }
}
const rulesOf = Ability.rulesOf;

/** Whoever acts: every verb takes one, and what it may do comes with it. */
export interface Actor {
  kind: 'guest' | 'person' | 'staff' | 'job' | 'key';
  id: string | null;
  name: string;
  ability: Ability;
  /** Of a program, which is nobody in person: the key that it has shown. */
  keyId?: string;
}

/** Under whose id something is kept until it is used: a person's, or a program's. */
export const keeperOf = ({ id, keyId }: Actor): string | null => id ?? keyId ?? null;

/** Makes an ability from what `write` allows. Nothing written means nothing allowed. */
export function abilityOf(write: (rules: RuleWriter) => void): Ability {
  const builder = new AbilityBuilder<Casl>(createMongoAbility);
  write(builder);
  return new Ability(builder.build());
}

/** May `ability` do `action` to this one record? */
export function allowed(ability: Ability, action: string, subjectName: string, record: object): boolean {
  return rulesOf(ability).can(action, typed(subjectName, { ...record }));
}

/** May `ability` do `action` to every `subjectName` there is, or to what has no records (`'Settings'`)? */
export function holds(ability: Ability, action: string, subjectName: string): boolean {
  const rules = rulesOf(ability).rulesFor(action, subjectName); // those written last decide
  if (rules.some(({ inverted, conditions }) => inverted && conditions)) return false;
  return rules.find(({ conditions }) => !conditions)?.inverted === false;
}

/** A condition for SQL: text with `?` for each parameter. */
export interface SqlCondition {
  text: string;
  params: unknown[];
}

const NOTHING: SqlCondition = { text: 'false', params: [] };

/**
 * The same rules as a condition for SQL, on the columns of the table called `alias`: the rows of `subjectName` on which
 * `action` is allowed. It fails closed: where no rule allows anything, the condition matches nothing.
 */
export function accessible(ability: Ability, action: string, subjectName: string, alias: string): SqlCondition {
  const combine = (word: string) => (parts: SqlCondition[]) => combined(parts, word);
  return (
    rulesToCondition<Casl, SqlCondition, SqlCondition>(
      rulesOf(ability).rulesFor(action, subjectName),
      (rule) => {
        const matches = rule.conditions
          ? translated(rule.conditions as Record<string, unknown>, alias)
          : { text: 'true', params: [] };
        return rule.inverted ? negated(matches) : matches;
      },
      { and: combine('and'), or: combine('or'), empty: () => ({ text: 'true', params: [] }) },
    ) ?? NOTHING
  );
}

function translated(conditions: Record<string, unknown>, alias: string): SqlCondition {
  const parts = Object.entries(conditions).map(([key, value]) => {
    if (key === '$or' || key === '$and') {
      return combined(
        (value as Record<string, unknown>[]).map((one) => translated(one, alias)),
        key.slice(1),
      );
    }
    if (!/^[a-zA-Z]+$/.test(key)) throw new Error(`A rule cannot speak of ${key}`);
    return compared(`${alias}.${key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`, value);
  });
  return combined(parts, 'and');
}

function compared(column: string, value: unknown): SqlCondition {
  if (value === null) return { text: `${column} is null`, params: [] };
  if (typeof value !== 'object') return { text: `${column} = ?`, params: [value] };
  const parts = Object.entries(value).map(([operator, operand]): SqlCondition => {
    if (operator === '$all') return { text: `${column} @> ?`, params: [operand] };
    if (operator === '$in') return { text: `${column} = any(?)`, params: [operand] };
    if (operator === '$ne')
      return operand === null
        ? { text: `${column} is not null`, params: [] }
        : { text: `${column} is distinct from ?`, params: [operand] };
    throw new Error(`A rule cannot compare by ${operator}`);
  });
  return combined(parts, 'and');
}

const negated = ({ text, params }: SqlCondition): SqlCondition => ({ text: `not coalesce(${text}, false)`, params }); // `= null` is unknown, and in memory it is false

function combined(parts: SqlCondition[], word: string): SqlCondition {
  if (parts.length === 0) return { text: word === 'or' ? 'false' : 'true', params: [] };
  if (parts.length === 1) return parts[0]!;
  return {
    text: `(${parts.map(({ text }) => text).join(` ${word} `)})`,
    params: parts.flatMap(({ params }) => params),
  };
}

/** Why the record may be seen (or not): the reason written beside the rule that decides, as a message key. */
export function why(ability: Ability, action: string, subjectName: string, record: object): string | null {
  return rulesOf(ability).relevantRuleFor(action, typed(subjectName, { ...record }))?.reason ?? null;
}

/** By which reasons any record may be seen, for pages that offer a list where there can be something on it. */
export function reasons(ability: Ability, action: string, subjectName: string): Set<string> {
  return new Set(
    rulesOf(ability)
      .rulesFor(action, subjectName)
      .flatMap(({ reason }) => reason ?? []),
  );
}
