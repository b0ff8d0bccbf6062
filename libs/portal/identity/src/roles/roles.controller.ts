import { Post } from '@nestjs/common';
import { z } from 'zod';
import { Ask, type Asked, field, FormState, show, View, type Visit } from '@foyer/web';
import {
  type CollectionRow,
  Collections,
  ResourceController,
  type ResourceInput,
  SettingsPage,
  type Typed,
} from '@foyer/settings';
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
import { type CompanyRoleSetup, companyRoles, type RoleMeaning } from './roles.js';
import { TeamRoles, teamRoles, type TeamRoleSetup } from './team-roles.js';

/** A person, or a person in a company, to try the role on. */
const PERSON = /^[0-9a-f-]{36}(?:\.[0-9a-f-]{36})?$/;
const trying = { form: z.object({ item: field.optionalId }).loose() };
const nameOf = ({ personId, companyId }: Candidate) => (companyId ? `${personId}.${companyId}` : personId);

type RoleInput<S extends string> = ResourceInput & { scopes: Record<string, S> };

/** Pages on which roles of one kind are composed from capabilities and tried on somebody. */
abstract class RolesController<S extends string, Setup extends ComposedRole<S>> extends ResourceController<Setup> {
  protected override readonly template = 'identity/team/role';
  protected override readonly placed = ['name'];
  protected abstract readonly capabilities: Capabilities<S, string>;
  /** The standard role a new one begins as. */
  protected abstract readonly first: string;

  constructor(
    collections: Collections,
    protected readonly preview: RolePreview,
  ) {
    super(collections);
  }

  protected override get form(): z.ZodType<RoleInput<S>> {
    const { capabilities } = this;
    return (super.form as z.ZodObject)
      .superRefine((typed: Record<string, unknown>, context) => {
        const wrong = capabilities.wrong(typed);
        if (typed['person'] && !PERSON.test(String(typed['person']))) wrong.push('person');
        for (const name of wrong) context.addIssue({ code: 'custom', path: [name], message: 'web.form.choice' });
      })
      .transform((typed: Record<string, unknown>) => ({ ...typed, scopes: capabilities.read(typed) }));
  }

  protected abstract candidates(role: string | null): Promise<Candidate[]>;
  protected abstract supposed(typed: { manages: boolean; scopes: Record<string, S> }, candidate: Candidate): Supposed;
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

  protected override values(visit: Visit, item: Setup | null): Typed {
    const { capabilities } = this;
    const scopes = item ? capabilities.read(item.scopes) : capabilities.standard(this.first);
    return { ...super.values(visit, item), ...scopes };
  }

  protected override async made(input: ResourceInput, before: Setup | null, visit: Visit) {
    return { ...(await super.made(input, before, visit)), scopes: (input as RoleInput<S>).scopes };
  }

  protected override async choices(visit: Visit, form: FormState<unknown>, item: Setup | null) {
    const page = await super.choices(visit, form, item);
    const capabilities = this.capabilities.all().map(({ name, label, scopes }) => ({
      name,
      label: visit.t(label),
      options: scopes.map((value) => ({ value, label: this.scopeLabel(visit, value, scopes) })),
    }));
    const person = { name: 'person', label: visit.t('identity.roles.preview-person') };
    return {
      ...page,
      fields: [...page.fields, ...capabilities, person],
      capabilities,
      capabilitiesText: visit.t(`${this.words}.capabilities-text`),
      people: (await this.candidates(item?.id ?? null)).map((one) => ({
        value: nameOf(one),
        label: [one.person, one.of].filter(Boolean).join(' · '),
      })),
      previewAction: `${this.path}/preview`,
      preview: null,
    };
  }

  private async tried(actor: PortalActor, form: FormState<unknown>, item: Setup | null) {
    const people = await this.candidates(item?.id ?? null);
    const somebody = people.find((one) => nameOf(one) === form.values['person']);
    if (!somebody) return null;
    const switched = (name: string) => form.values[name] !== undefined;
    const scopes = this.capabilities.read(form.values);
    const supposed = this.supposed({ manages: switched('manages'), scopes }, somebody);
    const seen = await this.preview.of(somebody.personId, supposed, actor);
    return seen && { ...seen, name: somebody.person };
  }
}

/** Roles for people of companies. */
@SettingsPage(companyRoles)
export class CompanyRolesController extends RolesController<Scope, CompanyRoleSetup> {
  protected readonly collection = companyRoles;
  protected readonly capabilities = companyCapabilities;
  protected readonly first = 'user';

  constructor(collections: Collections, preview: RolePreview) {
    super(collections, preview);
  }

  protected override row(visit: Visit, { name, manages, scopes }: CompanyRoleSetup): CollectionRow {
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

  protected candidates(role: string | null) {
    return this.preview.inCompanies(role);
  }

  protected supposed(typed: RoleMeaning, { companyId }: Candidate): Supposed {
    return { place: (place, is) => (place.id === companyId ? typed : is) };
  }

  protected scopeLabel(visit: Visit, scope: Scope) {
    return visit.t(`identity.scope.${scope}`);
  }
}

/** Roles for the team. Whoever composes them stays within what they may themselves. */
@SettingsPage(teamRoles)
export class TeamRolesController extends RolesController<TeamScope, TeamRoleSetup> {
  protected readonly collection = teamRoles;
  protected readonly capabilities = teamCapabilities;
  protected readonly first = 'viewer';

  constructor(
    collections: Collections,
    preview: RolePreview,
    private readonly roles: TeamRoles,
  ) {
    super(collections, preview);
  }

  protected override row(visit: Visit, { name, scopes }: TeamRoleSetup): CollectionRow {
    return { title: name, text: this.roles.inWords((key) => visit.t(key), scopes) };
  }

  protected candidates(role: string | null) {
    return this.preview.inTeam(role);
  }

  protected supposed({ scopes }: { scopes: Record<string, TeamScope> }): Supposed {
    return { team: teamCapabilities.allowed(scopes) };
  }

  protected scopeLabel(visit: Visit, scope: TeamScope, all: readonly TeamScope[]) {
    return visit.t(
      all.length > 2 ? `identity.team-scope.${scope}` : `identity.team-scope.${scope === 'none' ? 'no' : 'yes'}`,
    );
  }
}
