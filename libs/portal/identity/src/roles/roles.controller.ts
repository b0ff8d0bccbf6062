import { Post } from '@nestjs/common';
import { z } from 'zod';
import { Ask, type Asked, Can, ConsoleController, field, FormState, show, View, type Visit } from '@foyer/web';
import { CollectionController, type CollectionRow, Collections } from '@foyer/settings';
import type { PortalActor } from '../portal-actor.js';
import type { Supposed } from '../portal-principals.js';
import {
  type Capabilities,
  companyCapabilities,
  type Scope,
  teamCapabilities,
  type TeamScope,
} from './capabilities.js';
import type { ComposedRole } from './composed-roles.js';
import { type Candidate, RolePreview } from './role-preview.js';
import { type CompanyRoleSetup, companyRoles } from './roles.js';
import { TeamRoles, teamRoles, type TeamRoleSetup } from './team-roles.js';

/** A person, or a person in a company, to try the role on. */
const PERSON = /^[0-9a-f-]{36}(?:\.[0-9a-f-]{36})?$/;
const trying = { form: z.object({ item: field.optionalId }).loose() };
const SWITCHES = ['manages', 'grantable'] as const;
const nameOf = ({ personId, companyId }: Candidate) => (companyId ? `${personId}.${companyId}` : personId);

function roleForm<S extends string>(capabilities: Capabilities<S, string>) {
  return z
    .object({ name: field.text(60), manages: field.flag, grantable: field.flag, person: z.string().max(80).optional() })
    .catchall(z.unknown())
    .superRefine((typed: Record<string, unknown>, context) => {
      const wrong = capabilities.wrong(typed);
      if (typed['person'] && !PERSON.test(String(typed['person']))) wrong.push('person');
      for (const name of wrong) context.addIssue({ code: 'custom', path: [name], message: 'web.form.choice' });
    })
    .transform(({ name, manages, grantable, ...rest }) => ({
      ...{ name, manages, grantable },
      scopes: capabilities.read(rest),
    }));
}
type RoleInput<S extends string> = { name: string; manages: boolean; grantable: boolean; scopes: Record<string, S> };

/** Pages on which roles of one kind are composed from capabilities and tried on somebody. */
abstract class RolesController<S extends string, Setup extends ComposedRole<S>> extends CollectionController<
  Setup,
  RoleInput<S>
> {
  protected readonly template = 'identity/team/role';
  protected abstract readonly capabilities: Capabilities<S, string>;
  /** The standard role a new one begins as. */
  protected abstract readonly first: string;
  protected readonly switches: readonly string[] = [];

  constructor(
    collections: Collections,
    protected readonly preview: RolePreview,
  ) {
    super(collections);
  }

  protected abstract candidates(role: string | null): Promise<Candidate[]>;
  protected abstract supposed(typed: RoleInput<S>, candidate: Candidate): Supposed;
  protected abstract scopeLabel(visit: Visit, scope: S, all: readonly S[]): string;

  /** What the role as typed would mean for somebody; nothing is kept. */
  @Post('preview')
  @View('identity/team/role')
  async try(@Ask(trying) { visit, actor, form: asked }: Asked<typeof trying, PortalActor>) {
    const item = (await this.collections.find(this.collection, asked.failed ? null : asked.value.item)) ?? null;
    const form = visit.posted(this.form);
    return show(this.template, {
      ...(await this.view(visit, item, form)),
      preview: await this.tried(actor, form, item),
    });
  }

  protected values(_visit: Visit, item: Setup | null) {
    return {
      name: item?.name,
      ...(item ? this.capabilities.read(item.scopes) : this.capabilities.standard(this.first)),
    } as Record<string, string | null | undefined>;
  }

  protected override async choices(visit: Visit, _form: FormState<unknown>, item: Setup | null) {
    const all = this.capabilities.all();
    const word = (key: string) => visit.t(`${this.words}.${key}`);
    return {
      labels: {
        ...Object.fromEntries(all.map(({ name, label }) => [name, visit.t(label)])),
        ...{ name: visit.t('identity.roles.name'), person: visit.t('identity.roles.preview-person') },
      },
      ...{ lead: word('page-lead'), nameHint: word('name-hint'), capabilitiesText: word('capabilities-text') },
      capabilities: all.map(({ name, label, scopes }) => ({
        name,
        label: visit.t(label),
        options: scopes.map((value) => ({ value, label: this.scopeLabel(visit, value, scopes) })),
      })),
      switches: this.switches.map((name) => ({ name, label: word(name), hint: word(`${name}-hint`) })),
      people: (await this.candidates(item?.id ?? null)).map((one) => ({
        value: nameOf(one),
        label: [one.person, one.of].filter(Boolean).join(' · '),
      })),
      previewAction: `${this.path}/preview`,
      preview: null,
    };
  }

  private async tried(actor: PortalActor, form: FormState<RoleInput<S>>, item: Setup | null) {
    const people = await this.candidates(item?.id ?? null);
    const somebody = people.find((one) => nameOf(one) === form.values['person']);
    if (!somebody) return null;
    const switched = (name: string) => form.values[name] !== undefined;
    const scopes = this.capabilities.read(form.values);
    const typed = { name: '', manages: switched('manages'), grantable: switched('grantable'), scopes };
    const seen = await this.preview.of(somebody.personId, this.supposed(typed, somebody), actor);
    return seen && { ...seen, name: somebody.person };
  }
}

/** Roles for people of companies. */
@Can('manage', 'Settings')
@ConsoleController('settings/roles')
export class CompanyRolesController extends RolesController<Scope, CompanyRoleSetup> {
  protected readonly path = '/console/settings/roles';
  protected readonly collection = companyRoles;
  protected readonly capabilities = companyCapabilities;
  protected readonly form = roleForm(companyCapabilities) as unknown as z.ZodType<RoleInput<Scope>>;
  protected readonly words = 'identity.roles';
  protected readonly first = 'user';
  protected override readonly switches = SWITCHES;

  constructor(collections: Collections, preview: RolePreview) {
    super(collections, preview);
  }

  protected row(visit: Visit, { name, manages, scopes }: CompanyRoleSetup): CollectionRow {
    const able = companyCapabilities.all().filter((one) => (scopes[one.name] ?? 'none') !== 'none');
    const text = able
      .map(
        (one) =>
          `${visit.t('web.form.named', { label: visit.t(one.label) })} ${visit.t(`identity.scope.${scopes[one.name]!}`)}`,
      )
      .join(' · ');
    const badge = manages ? { label: visit.t('identity.roles.manages-short'), tone: 'info' } : null;
    return { title: name, text, badge };
  }

  protected override values(visit: Visit, item: CompanyRoleSetup | null) {
    const on = (name: (typeof SWITCHES)[number]) => [name, item?.[name] ? '1' : null] as const;
    return { ...super.values(visit, item), ...Object.fromEntries(SWITCHES.map(on)) };
  }

  protected made({ name, manages, grantable, scopes }: RoleInput<Scope>) {
    return { name, manages, grantable, scopes };
  }

  protected candidates(role: string | null) {
    return this.preview.inCompanies(role);
  }

  protected supposed(typed: RoleInput<Scope>, { companyId }: Candidate): Supposed {
    return { place: (place, is) => (place.id === companyId ? typed : is) };
  }

  protected scopeLabel(visit: Visit, scope: Scope) {
    return visit.t(`identity.scope.${scope}`);
  }
}

/** Roles for the team. Whoever composes them stays within what they may themselves. */
@Can('compose', 'TeamRole')
@ConsoleController('settings/team-roles')
export class TeamRolesController extends RolesController<TeamScope, TeamRoleSetup> {
  protected readonly path = '/console/settings/team-roles';
  protected readonly collection = teamRoles;
  protected readonly capabilities = teamCapabilities;
  protected readonly form = roleForm(teamCapabilities) as unknown as z.ZodType<RoleInput<TeamScope>>;
  protected readonly words = 'identity.team-roles';
  protected readonly first = 'viewer';

  constructor(
    collections: Collections,
    preview: RolePreview,
    private readonly roles: TeamRoles,
  ) {
    super(collections, preview);
  }

  protected row(visit: Visit, { name, scopes }: TeamRoleSetup): CollectionRow {
    return { title: name, text: this.roles.inWords((key) => visit.t(key), scopes) };
  }

  protected made({ name, scopes }: RoleInput<TeamScope>) {
    return { name, scopes };
  }

  protected candidates(role: string | null) {
    return this.preview.inTeam(role);
  }

  protected supposed({ scopes }: RoleInput<TeamScope>): Supposed {
    return { team: teamCapabilities.allowed(scopes) };
  }

  protected scopeLabel(visit: Visit, scope: TeamScope, all: readonly TeamScope[]) {
    return visit.t(
      all.length > 2 ? `identity.team-scope.${scope}` : `identity.team-scope.${scope === 'none' ? 'no' : 'yes'}`,
    );
  }
}
