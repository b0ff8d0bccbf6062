import { AbilityBuilder, createMongoAbility, type MongoAbility, type MongoQuery, subject as typed } from '@casl/ability';
import { rulesToCondition } from '@casl/ability/extra';

/** Subjects are named (`'Ticket'`), so that rules speak about plain rows and entities alike. */
export type Ability = MongoAbility<[string, string | object]>;
export type RuleWriter = Pick<AbilityBuilder<Ability>, 'can' | 'cannot'>;

/** Whoever acts: every verb takes one, and what it may do comes with it. */
export interface Actor {
  kind: 'guest' | 'person' | 'staff' | 'job' | 'key';
  id: string | null;
  name: string;
  ability: Ability;
}

/** Makes an ability from what `write` allows. Nothing written means nothing allowed. */
export function abilityOf(write: (rules: RuleWriter) => void): Ability {
  const builder = new AbilityBuilder<Ability>(createMongoAbility);
  write(builder);
  return builder.build();
}

/** May `ability` do `action` to this one record? */
export function allowed(ability: Ability, action: string, subjectName: string, record: object): boolean {
  return ability.can(action, typed(subjectName, { ...record }));
}

/** A filter for MikroORM, on entity properties. */
export type Condition = Record<string, unknown>;

const NOTHING: Condition = { id: { $in: [] } };
const EVERYTHING: Condition = {};

/**
 * The same rules as a condition for SQL: the rows of `subjectName` on which `action` is allowed. It fails closed: where no
 * rule allows anything, the condition matches nothing.
 */
export function accessible(ability: Ability, action: string, subjectName: string): Condition {
  const rules = ability.rulesFor(action, subjectName);
  const condition = rulesToCondition<Ability, Condition, Condition>(
    rules,
    (rule) => {
      const matches = (rule.conditions ?? EVERYTHING) as MongoQuery & Condition;
      return rule.inverted ? { $not: matches } : matches;
    },
    { and: ($and) => ({ $and }), or: ($or) => ({ $or }), empty: () => EVERYTHING },
  );
  return condition ?? NOTHING;
}

/** Why the record may be seen (or not): the reason written beside the rule that decides, as a message key. */
export function why(ability: Ability, action: string, subjectName: string, record: object): string | null {
  return ability.relevantRuleFor(action, typed(subjectName, { ...record }))?.reason ?? null;
}
