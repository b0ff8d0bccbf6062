import { Injectable } from '@nestjs/common';
import { type Ability, abilityOf, type RuleWriter } from './ability.js';

/** What rules are written about: what a person has been granted in the team and in groups of customers. */
export interface Grants {
  id: string | null;
  /** Null for whoever is not of the team. */
  team: TeamGrants | null;
  groups: { id: string; role: string; manages: boolean }[];
  /** For each capability the groups it reaches; what is not named reaches none. */
  reach: Record<string, Reach>;
}
export interface TeamGrants {
  role: string;
  /** How far each capability goes; what is not named is not allowed. */
  scopes: Record<string, string>;
  /** Ids of the parts of the team they belong to. */
  partIds: string[];
}
/** Ids of groups, by how one reaches them: what is one's own in them, all of theirs, and that of those around them. */
export interface Reach {
  own: string[];
  company: string[];
  branches: string[];
  partners: string[];
}
export type Rules = (who: Grants, rules: RuleWriter) => void;

/** The rules of all modules, each written beside what it protects. */
@Injectable()
export class Abilities {
  private readonly contributions: Rules[] = [];

  contribute(rules: Rules): void {
    this.contributions.push(rules);
  }

  of(who: Grants): Ability {
    return abilityOf((rules) => this.contributions.forEach((contribute) => contribute(who, rules)));
  }
}
