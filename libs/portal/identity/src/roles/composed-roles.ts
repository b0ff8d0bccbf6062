import { InvalidField } from '@foyer/access';
import { type Collection, Collections } from '@foyer/settings';
import type { Capabilities } from './capabilities.js';

/** A role that the operator has composed. */
export interface ComposedRole<Scope extends string> {
  id: string;
  name: string;
  scopes: Record<string, Scope>;
}

/** @throws InvalidField when it sets something to what that cannot be set to, and did not before */
export function mustBePossible<Scope extends string>(
  capabilities: Capabilities<Scope, string>,
  { scopes }: { scopes: Record<string, Scope> },
  before: { scopes: Record<string, Scope> } | null,
): void {
  if (capabilities.wrong(scopes).some((name) => before?.scopes[name] !== scopes[name]))
    throw new InvalidField('scopes', 'web.form.choice');
}

type Translate = (key: string) => string;

/** The standard roles of one kind and those the operator has composed beside them. All of it comes from memory. */
export abstract class ComposedRoles<Scope extends string, Role extends string, Setup extends ComposedRole<Scope>> {
  protected abstract readonly capabilities: Capabilities<Scope, Role>;
  protected abstract readonly collection: Collection<Setup>;
  /** Message keys of the standard ones begin with it. */
  protected abstract readonly words: string;

  constructor(protected readonly collections: Collections) {}

  /** Names of all roles, also of those that are gone. */
  async labels(t: Translate): Promise<(role: string) => string> {
    const own = new Map((await this.composed()).map(({ id, name }) => [id, name]));
    return (role) =>
      this.capabilities.isStandard(role) ? this.standardName(t, role) : (own.get(role) ?? t('identity.roles.gone'));
  }

  /** What each role says of each capability. A role that is gone says nothing, and so allows nothing. */
  protected async scopes(): Promise<(role: string) => Record<string, Scope>> {
    const own = await this.composed();
    return (role) => {
      if (this.capabilities.isStandard(role)) return this.capabilities.standard(role);
      return this.capabilities.read(own.find(({ id }) => id === role)?.scopes ?? {});
    };
  }

  protected composed(): Promise<readonly Setup[]> {
    return this.collections.all(this.collection);
  }

  protected standardName(t: Translate, role: Role): string {
    return t(`${this.words}.${role}`);
  }
}
