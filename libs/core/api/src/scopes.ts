/** What keys can be given: a part of what people may do, as coarse as whoever gives a key thinks of it. */
export interface Scope {
  /** `<things>:read` or `<things>:write`; whoever may write may read. */
  readonly name: string;
  /** Message key. */
  readonly label: string;
  readonly order: number;
  /** The capabilities of roles that it stands for, of the team and of companies. */
  readonly capabilities: readonly string[];
  /** Whether a key of one company can have it. */
  readonly ofCompany: boolean;
  /** Whether it reaches the people of that company, as those who manage them do. */
  readonly people?: boolean;
}

const declared = new Map<string, Scope>();

/** Call at module level, beside the rules that read the capabilities. */
export function declareScope(scope: Scope): Scope {
  if (declared.has(scope.name)) throw new Error(`Two scopes are called ${scope.name}`);
  declared.set(scope.name, scope);
  return scope;
}

export const allScopes = (): Scope[] => [...declared.values()].sort((a, b) => a.order - b.order);

/** Those that a key has by these names; `tickets:write` includes `tickets:read`. What is no scope any more is none. */
export function scopesOf(names: readonly string[]): Scope[] {
  const held = new Set(names.flatMap((name) => [name, name.replace(/:write$/, ':read')]));
  return allScopes().filter(({ name }) => held.has(name));
}
