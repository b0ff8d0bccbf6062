import { Get, Post } from '@nestjs/common';
import { NotFound } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';
import { Collections, controlsOf, reshaped, type Typed, valuesOf, VERSION, versionOf } from '@foyer/settings';
import { beginsAt, ClaimedDomains, ConnectionRights, firstGroup, GroupRows } from '@foyer/signon';
import {
  Ask,
  type Asked,
  field,
  type FormState,
  id,
  PortalController,
  Posts,
  seeOther,
  show,
  View,
  type Visit,
} from '@foyer/web';
import { z } from 'zod';
import { directories, type Directory } from '../directories.js';
import { DirectoryView, OVERLAP_DAYS, tokenForm } from '../directory-view.js';
import { Groups } from '../groups.js';
import { Tokens } from '../tokens.js';

const TEMPLATE = 'provisioning/customer/directory';
/** What a company's own people say of it. */
const THEIRS = ['name', 'groupsRule', 'enabled'];
const settingsForm = z.looseObject({ name: field.text(60), groupsRule: field.flag, enabled: field.flag });
const inCompany = { params: { company: id } };
const making = { ...inCompany, form: tokenForm };
const onToken = { params: { company: id, token: id } };
type InCompany = Asked<typeof inCompany, PortalActor>;
const at = ({ company }: { company: string }) => `/company/sign-in/${company}/directory`;
const signInOf = (company: string) => `/company/sign-in/${company}`;

/** A company's own directory, set up by its own people. */
@PortalController('company/sign-in')
@Posts<typeof inCompany, PortalActor, CompanyDirectoryController>(inCompany, ({ company }) => signInOf(company), {
  ':company/directory/removal': [(it, asked) => it.remove(asked), 'settings.collection.removed'],
})
@Posts<typeof onToken, PortalActor, CompanyDirectoryController>(onToken, at, {
  ':company/directory/tokens/:token/revocation': [
    async (it, { actor, company, token }) => it.tokens.revoke(actor, await it.known(actor, company), token),
    'provisioning.token.revoked',
  ],
})
export class CompanyDirectoryController {
  constructor(
    readonly tokens: Tokens,
    private readonly collections: Collections,
    private readonly rights: ConnectionRights,
    private readonly domains: ClaimedDomains,
    private readonly rows: GroupRows,
    private readonly beside: DirectoryView,
    private readonly groups: Groups,
  ) {}

  @Get(':company/directory')
  @View(TEMPLATE)
  async page(@Ask(inCompany) { visit, actor, company }: InCompany) {
    const directory = await this.find(actor, company);
    if (!directory) return this.frame(visit, company);
    return this.view(visit, actor, directory, visit.form(valuesIn(directory, this.rows)));
  }

  /** Where there is none yet, it begins. */
  @Post(':company/directory')
  @View(TEMPLATE)
  async save(@Ask(inCompany) { visit, actor, company }: InCompany) {
    const known = await this.find(actor, company);
    if (!known) {
      await this.begin(visit, actor, company);
      return seeOther(at({ company }));
    }
    const typed = reshaped(visit.posted(z.looseObject({})).values, firstGroup());
    if (typed) return this.view(visit, actor, known, visit.form(typed));
    const form = visit.posted(settingsForm);
    const opened = form.values[VERSION];
    await form.attempt(async ({ name, groupsRule, enabled, ...input }) => {
      const made = { ...known, name, groupsRule, enabled, roles: this.rows.rolesFrom(input as Typed) };
      await this.collections.replace(
        actor,
        directories,
        known.id,
        made,
        opened === undefined ? opened : String(opened),
      );
      await this.groups.followAll({ ...known, ...made });
    });
    return form.failed ? this.view(visit, actor, known, form) : seeOther(at({ company }), 'settings.saved');
  }

  @Post(':company/directory/tokens')
  @View(TEMPLATE)
  async make(@Ask(making) { visit, actor, company, form }: Asked<typeof making, PortalActor>) {
    const known = await this.known(actor, company);
    const made = await form.attempt((draft) => this.tokens.create(actor, known, draft));
    if (made) return this.beside.shown('customer', known, made.key, at({ company }));
    return show(TEMPLATE, await this.view(visit, actor, known, visit.form(valuesIn(known, this.rows)), form), 422);
  }

  @Post(':company/directory/tokens/:token/rotation')
  async rotate(@Ask(onToken) { actor, company, token }: Asked<typeof onToken, PortalActor>) {
    const known = await this.known(actor, company);
    const key = await this.tokens.rotate(actor, known, token, OVERLAP_DAYS);
    return this.beside.shown('customer', known, key, at({ company }));
  }

  private async begin(visit: Visit, actor: PortalActor, company: string): Promise<void> {
    const name = visit.t('provisioning.company.title');
    const fresh = { companyId: company, audience: 'customers' as const, roles: [], groupsRule: false, blocked: false };
    await this.collections.add(actor, directories, { ...fresh, name, enabled: true });
  }

  async remove({ actor, company }: InCompany): Promise<void> {
    await this.collections.remove(actor, directories, (await this.known(actor, company)).id);
  }

  async known(actor: PortalActor, company: string): Promise<Directory> {
    const found = await this.find(actor, company);
    if (!found) throw new NotFound();
    return found;
  }

  /** Null: there is none yet. @throws NotFound for whoever may not set one up */
  private async find(actor: PortalActor, company: string): Promise<Directory | null> {
    if (!this.rights.mayManage(actor, company)) throw new NotFound();
    await this.domains.mustBeThere(company);
    return (await this.collections.all(directories)).find(({ companyId }) => companyId === company) ?? null;
  }

  private frame(visit: Visit, company: string) {
    return {
      heading: visit.t('provisioning.company.title'),
      lead: visit.t('provisioning.company.lead'),
      back: { href: signInOf(company), label: visit.t('signon.company.title') },
      action: at({ company }),
      item: null,
    };
  }

  private async view(
    visit: Visit,
    actor: PortalActor,
    directory: Directory,
    form: FormState<unknown>,
    forToken?: FormState<unknown>,
  ) {
    const company = directory.companyId!;
    for (const [part, control] of Object.entries(beginsAt)) {
      const wrong = form.errors[part];
      if (wrong !== undefined) form.errors[control] ??= wrong;
      delete form.errors[part];
    }
    const all = await controlsOf(directories, visit, form, directory, () => Promise.resolve([]));
    const controls = all.filter(({ name }) => THEIRS.includes(name));
    const rows = await this.rows.view(visit, form, company);
    return {
      ...this.frame(visit, company),
      form,
      item: { id: directory.id, blocked: directory.blocked },
      version: form.values[VERSION] ?? versionOf(directory),
      controls: Object.fromEntries(controls.map((control) => [control.name, control])),
      rest: controls.filter(({ name }) => name === 'name'),
      hasRoles: true,
      ...rows,
      fields: [...controls, ...rows.groupFields],
      ...(await this.beside.of(visit, actor, directory, at({ company }), forToken)),
    };
  }
}

const valuesIn = (directory: Directory, rows: GroupRows): Typed => ({
  ...valuesOf(directories, directory),
  ...rows.values(directory),
});
