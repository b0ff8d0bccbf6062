import { Post } from '@nestjs/common';
import { companyReference, type PortalActor } from '@foyer/identity';
import { type CollectionRow, Collections, ResourceController, type ResourceInput, SettingsPage } from '@foyer/settings';
import { beginsAt, firstGroup, GroupRows } from '@foyer/signon';
import { Ask, type Asked, type FormState, id, Posts, show, type Visit } from '@foyer/web';
import { directories, type Directory, hasRoles } from '../directories.js';
import { DirectoryView, OVERLAP_DAYS, tokenForm } from '../directory-view.js';
import { Groups } from '../groups.js';
import { Tokens } from '../tokens.js';

const onItem = { params: { item: id } };
const making = { ...onItem, form: tokenForm };
const onToken = { params: { item: id, token: id } };
const at = (item: string) => `/console/settings/directories/${item}`;

/** Directories in the console: the team's, that of the operator's customers, and those of companies. */
@SettingsPage(directories)
@Posts<typeof onToken, PortalActor, DirectoriesController>(onToken, ({ item }) => at(item), {
  ':item/tokens/:token/revocation': [
    async ({ tokens }, { actor, item, token }) => tokens.revoke(actor, await tokens.directory(actor, item), token),
    'provisioning.token.revoked',
  ],
})
export class DirectoriesController extends ResourceController<Directory> {
  protected readonly collection = directories;
  protected override readonly template = 'provisioning/team/directory';
  protected override readonly placed = ['groupsRule', 'enabled', 'blocked'];
  protected override readonly begins = beginsAt;

  constructor(
    collections: Collections,
    readonly tokens: Tokens,
    private readonly groupRows: GroupRows,
    private readonly beside: DirectoryView,
    private readonly groups: Groups,
  ) {
    super(collections);
  }

  @Post(':item/tokens')
  async make(@Ask(making) { visit, actor, item, form }: Asked<typeof making, PortalActor>) {
    const directory = await this.tokens.directory(actor, item);
    const made = await form.attempt((draft) => this.tokens.create(actor, directory, draft));
    if (made) return this.beside.shown('team', directory, made.key, at(item));
    const view = await this.view(visit, directory, visit.form(this.values(visit, directory)));
    return show(this.template, { ...view, ...(await this.beside.of(visit, actor, directory, at(item), form)) }, 422);
  }

  @Post(':item/tokens/:token/rotation')
  async rotate(@Ask(onToken) { actor, item, token }: Asked<typeof onToken, PortalActor>) {
    const directory = await this.tokens.directory(actor, item);
    const key = await this.tokens.rotate(actor, directory, token, OVERLAP_DAYS);
    return this.beside.shown('team', directory, key, at(item));
  }

  @Post(':item')
  override async save(asked: Asked<typeof onItem>) {
    const saved = await super.save(asked);
    const directory = await this.collections.find(directories, asked.item);
    if (directory) await this.groups.followAll(directory);
    return saved;
  }

  protected override firstRows() {
    return firstGroup();
  }

  protected override async row(
    visit: Visit,
    { companyId, audience, enabled, blocked, name }: Directory,
  ): Promise<CollectionRow> {
    const companies = companyId ? await this.collections.offered(companyReference, visit.locale, [companyId]) : [];
    const company = companies.find(({ value }) => value === companyId)?.label;
    return {
      ...{ title: name, enabled, text: company ?? visit.t(`signon.audience.${audience}`) },
      badge: blocked ? { label: visit.t('signon.state.blocked'), tone: 'warn' } : null,
    };
  }

  protected override values(visit: Visit, item: Directory | null) {
    return { ...super.values(visit, item), ...this.groupRows.values(item) };
  }

  protected override async made(input: ResourceInput, before: Directory | null, visit: Visit) {
    const made = await super.made(input, before, visit);
    return before ? { ...made, roles: this.groupRows.rolesFrom(input as never) } : made;
  }

  protected override async choices(visit: Visit, form: FormState<unknown>, item: Directory | null) {
    const view = await super.choices(visit, form, item);
    const mapped = item !== null && hasRoles(item);
    const rows = await this.groupRows.view(visit, form, mapped ? item.companyId : undefined);
    const beside = item ? await this.beside.of(visit, visit.actor as PortalActor, item, at(item.id)) : null;
    return {
      ...view,
      ...rows,
      ...beside,
      hasRoles: mapped,
      ofCompany: item !== null && item.companyId !== null,
      fields: [...view.fields, ...rows.groupFields],
    };
  }
}
