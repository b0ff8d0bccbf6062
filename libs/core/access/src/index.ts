export { Abilities, type Reach, type Rules, type Grants, type TeamGrants } from './abilities.js';
export {
  abilityOf,
  accessible,
  type Ability,
  type Actor,
  allowed,
  holds,
  keeperOf,
  reasons,
  type RuleWriter,
  type SqlCondition,
  why,
} from './ability.js';
export { Conflict, DomainError, InvalidField, NotFound, Refused, StillUsed, TooMany } from './errors.js';
export { AccessModule } from './access.module.js';
