import { Post, Req } from '@nestjs/common';
import { z } from 'zod';
import {
  Can,
  ConsoleController,
  CurrentActor,
  CurrentVisit,
  field,
  FormState,
  type FoyerRequest,
  show,
  View,
  type Visit,
} from '@foyer/web';
import { CollectionController, type CollectionRow, Collections } from '@foyer/settings';
import type { PortalActor } from '../portal-principals.js';
import { capabilities, type Scope } from './capabilities.js';
import { RolePreview } from './role-preview.js';
import { type CompanyRoleSetup, companyRoles } from './roles.js';

/** A person in a company, to try the role on. */
const PERSON = /^[0-9a-f-]{36}\.[0-9a-f-]{36}$/;
const roleForm = z
  .object({ name: field.text(60), manages: field.flag, grantable: field.flag, person: z.string().max(80).optional() })
  .catchall(z.unknown())
  .superRefine((typed: Record<string, unknown>, context) => {
    const wrong = (name: string) => context.addIssue({ code: 'custom', path: [name], message: 'web.form.choice' });
    for (const { name, scopes } of capabilities())
      if (typed[name] !== undefined && !scopes.some((scope) => scope === typed[name])) wrong(name);
    if (typed['person'] && !PERSON.test(String(typed['person']))) wrong('person');
  })
  .transform(({ name, manages, grantable, ...rest }) => ({ name, manages, grantable, scopes: scopesIn(rest) }));
type RoleInput = z.output<typeof roleForm>;

/** Roles for people of companies, composed from capabilities. */
@Can('manage', 'Settings')
@ConsoleController('settings/roles')
export class RolesController extends CollectionController<CompanyRoleSetup, RoleInput> {
  protected readonly path = '/console/settings/roles';
  protected readonly collection = companyRoles;
  protected readonly form = roleForm as unknown as z.ZodType<RoleInput>;
  protected readonly template = 'identity/team/role';
  protected readonly words = 'identity.roles';

  constructor(
    collections: Collections,
    private readonly preview: RolePreview,
  ) {
    super(collections);
  }

  /** What the role as typed would mean for somebody; nothing is kept. */
  @Post('preview')
  @View('identity/team/role')
  async try(@CurrentVisit() visit: Visit, @CurrentActor() _actor: PortalActor, @Req() req: FoyerRequest) {
    const form = FormState.parse(req, z.object({ item: field.optionalId }).loose());
    const item = (await this.collections.find(this.collection, form.failed ? null : form.value.item)) ?? null;
    const typed = FormState.parse(req, roleForm);
    return show(this.template, {
      form: typed,
      item: item && { id: item.id },
      heading: visit.t(item ? 'identity.roles.title' : 'identity.roles.new'),
      action: item ? `${this.path}/${item.id}` : this.path,
      back: { href: this.path, label: visit.t('identity.roles.title') },
      ...(await this.choices(visit, typed, item)),
    });
  }

  protected row(visit: Visit, { name, manages, scopes }: CompanyRoleSetup): CollectionRow {
    const able = capabilities().filter((one) => (scopes[one.name] ?? 'none') !== 'none');
    const text = able
      .map((one) => `${visit.t(one.label)}: ${visit.t(`identity.scope.${scopes[one.name]!}`)}`)
      .join(' · ');
    return {
      title: name,
      text,
      badge: manages ? { label: visit.t('identity.roles.manages-short'), tone: 'info' } : null,
    };
  }

  protected values(_visit: Visit, item: CompanyRoleSetup | null) {
    const scopes = capabilities().map(({ name, standard }) => [
      name,
      item ? (item.scopes[name] ?? 'none') : standard.user,
    ]);
    return {
      name: item?.name,
      manages: item?.manages ? '1' : null,
      grantable: item?.grantable ? '1' : null,
      ...(Object.fromEntries(scopes) as Record<string, Scope>),
    };
  }

  protected made({ name, manages, grantable, scopes }: RoleInput) {
    return { name, manages, grantable, scopes };
  }

  protected override async choices(visit: Visit, form: FormState<unknown>, item: CompanyRoleSetup | null) {
    const people = await this.preview.candidates(item?.id ?? null);
    const tried = typeof form.values['person'] === 'string' ? form.values['person'] : '';
    const [personId, companyId] = tried.split('.');
    const somebody = people.find((one) => one.personId === personId && one.companyId === companyId);
    const meaning = { scopes: scopesIn(form.values), manages: form.values['manages'] !== undefined };
    const seen = somebody && (await this.preview.of(somebody.personId, somebody.companyId, meaning));
    const labels = Object.fromEntries(capabilities().map(({ name, label }) => [name, visit.t(label)]));
    return {
      labels: { ...labels, name: visit.t('identity.roles.name'), person: visit.t('identity.roles.preview-person') },
      capabilities: capabilities().map(({ name, label, scopes }) => ({
        name,
        label: visit.t(label),
        options: scopes.map((value) => ({ value, label: visit.t(`identity.scope.${value}`) })),
      })),
      people: people.map(({ personId: person, companyId: company, ...names }) => ({
        value: `${person}.${company}`,
        label: `${names.person} · ${names.company}`,
      })),
      preview: seen ? { ...seen, name: somebody.person } : null,
    };
  }
}

function scopesIn(values: Record<string, unknown>): Record<string, Scope> {
  return Object.fromEntries(
    capabilities().map(({ name, scopes }) => [name, scopes.find((scope) => scope === values[name]) ?? 'none']),
  );
}
