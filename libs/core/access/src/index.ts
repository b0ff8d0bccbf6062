export { abilityOf, accessible, type Ability, type Actor, allowed, type Condition, type RuleWriter, why } from './ability.js';
export { Conflict, DomainError, InvalidField, NotFound, Refused, TooMany } from './errors.js';
