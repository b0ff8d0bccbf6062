import { COMPANY_ROLES, type StandardRole } from '../company.entity.js';
import { type StandardTeamRole, TEAM_ROLES } from '../person.entity.js';

/** Something that people may or may not do. Texts are message keys. */
export interface Capability<Scope extends string, Role extends string> {
  /** `<module>.<verb>` */
  name: string;
  label: string;
  order: number;
  /** What it can be set to; not everything makes sense for everything. */
  scopes: readonly Scope[];
  standard: Record<Role, Scope>;
  /** It changes nothing: whoever the plan has no place for keeps it, and so does a key that may only read. */
  reads?: true;
  /** The capability without which this one is worth nothing: in no role it goes further than that. */
  within?: string;
}

/** What roles of one kind are composed of: capabilities that modules declare, each as far as one of `scopes`, from the least to the most. */
export class Capabilities<Scope extends string, Role extends string> {
  private readonly declared: Capability<Scope, Role>[] = [];

  constructor(
    readonly scopes: readonly Scope[],
    readonly roles: readonly Role[],
  ) {}

  declare(...capabilities: Capability<Scope, Role>[]): void {
    this.declared.push(...capabilities);
    this.declared.sort((a, b) => a.order - b.order);
  }

  all(): readonly Capability<Scope, Role>[] {
    return this.declared;
  }

  isStandard(role: string): role is Role {
    return (this.roles as readonly string[]).includes(role);
  }

  /** What a standard role may. */
  standard(role: Role): Record<string, Scope> {
    return Object.fromEntries(this.declared.map(({ name, standard }) => [name, standard[role]]));
  }

  reaches(scope: Scope, least: Scope): boolean {
    return this.scopes.indexOf(scope) >= this.scopes.indexOf(least);
  }

  /** How far a capability goes in a role that says `given`: no further than the one it is within. */
  scopeOf(given: Record<string, Scope>, name: string): Scope {
    const within = this.declared.find((one) => one.name === name)?.within;
    const scope = given[name] ?? this.nothing;
    const most = within ? this.scopeOf(given, within) : this.scopes.at(-1)!;
    return this.reaches(most, scope) ? scope : most;
  }

  /** The scopes among anything that was typed or stored. What is none of a capability's, such as after an update, is nothing. */
  read(given: Record<string, unknown>): Record<string, Scope> {
    return Object.fromEntries(
      this.declared.map(({ name, scopes }) => [name, scopes.find((scope) => scope === given[name]) ?? this.nothing]),
    );
  }

  /** Names of capabilities for which something was typed that they cannot be set to. */
  wrong(given: Record<string, unknown>): string[] {
    return this.declared
      .filter(({ name, scopes }) => given[name] !== undefined && !scopes.some((scope) => scope === given[name]))
      .map(({ name }) => name);
  }

  /** What a role allows at all, and how far. */
  allowed(given: Record<string, Scope>): Record<string, Scope> {
    const held = this.declared.map(({ name }) => [name, this.scopeOf(given, name)] as const);
    return Object.fromEntries(held.filter(([, scope]) => scope !== this.nothing));
  }

  /** What of it changes nothing. */
  reading(held: Record<string, Scope>): Record<string, Scope> {
    const reads = new Set(this.declared.filter((one) => one.reads).map(({ name }) => name));
    return Object.fromEntries(Object.entries(held).filter(([name]) => reads.has(name)));
  }

  /** Whether whoever has `mine` may do all that `theirs` allows. */
  covers(mine: Record<string, Scope>, theirs: Record<string, Scope>): boolean {
    return this.declared.every(({ name }) => this.reaches(this.scopeOf(mine, name), this.scopeOf(theirs, name)));
  }

  private get nothing(): Scope {
    return this.scopes[0]!;
  }
}

/** In companies: what is one's own, the company's, that of the companies below it too, that of those one works for as well. */
export const SCOPES = ['none', 'own', 'company', 'branches', 'partners'] as const;
export type Scope = (typeof SCOPES)[number];
export const companyCapabilities = new Capabilities<Scope, StandardRole>(SCOPES, COMPANY_ROLES);

/** In the team: what is one's own to do, that of the parts of the team one belongs to as well, everything. */
export const TEAM_SCOPES = ['none', 'assigned', 'groups', 'all'] as const;
export type TeamScope = (typeof TEAM_SCOPES)[number];
export const teamCapabilities = new Capabilities<TeamScope, StandardTeamRole>(TEAM_SCOPES, TEAM_ROLES);

/** Call these at module level, beside the rules that read what is declared. */
export const declareCapability = companyCapabilities.declare.bind(companyCapabilities);
export const declareTeamCapability = teamCapabilities.declare.bind(teamCapabilities);
