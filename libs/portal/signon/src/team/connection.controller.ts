import { Get, type Type } from '@nestjs/common';
import { companyReference } from '@foyer/identity';
import { type CollectionRow, Collections, ResourceController, type ResourceInput, SettingsPage } from '@foyer/settings';
import { Ask, type Asked, type FormState, id, View, type Visit } from '@foyer/web';
import { AttemptsView } from '../attempts-view.js';
import { ConnectionForm, PLACED } from '../connection-form.js';
import { type ConnectionItem, type ConnectionList, isSetUp } from '../connections.js';
import { beginsAt, firstGroup } from '../group-rows.js';

const onConnection = { params: { item: id } };

/** The pages of one kind of connection in the console: the operator's own, and those of companies. */
export function connectionPages(kind: string, list: ConnectionList): Type {
  class ConnectionPages extends ResourceController<ConnectionItem> {
    protected readonly collection = list;
    protected override readonly template = 'signon/team/connection';
    protected override readonly placed = PLACED;
    protected override readonly begins = beginsAt;

    constructor(
      collections: Collections,
      private readonly more: ConnectionForm,
      private readonly attempts: AttemptsView,
    ) {
      super(collections);
    }

    @Get(':item/attempts')
    @View('signon/team/attempts')
    async came(@Ask(onConnection) { visit, item }: Asked<typeof onConnection>) {
      return this.attempts.of(visit, { ...(await this.known(item)), kind });
    }

    protected override firstRows() {
      return firstGroup();
    }

    protected override async row(visit: Visit, item: ConnectionItem): Promise<CollectionRow> {
      const { companyId, audience, enabled, name } = item;
      const companies = companyId ? await this.collections.offered(companyReference, visit.locale, [companyId]) : [];
      const company = companies.find(({ value }) => value === companyId)?.label;
      const state = item.blocked
        ? 'blocked'
        : !isSetUp(kind, item)
          ? 'unfinished'
          : item.enforced && enabled
            ? 'enforced'
            : null;
      return {
        ...{ title: name, enabled, text: company ?? visit.t(`signon.audience.${audience}`) },
        badge: state && {
          label: visit.t(`signon.state.${state}`),
          tone: state === 'enforced' ? 'info' : 'warn',
        },
      };
    }

    protected override values(visit: Visit, item: ConnectionItem | null) {
      return { ...super.values(visit, item), ...this.more.rows.values(item) };
    }

    protected override async made(input: ResourceInput, before: ConnectionItem | null, visit: Visit) {
      const made = await super.made(await this.more.withFile(visit, kind, input), before, visit);
      return before ? { ...made, roles: this.more.rows.rolesFrom(input as never) } : made;
    }

    protected override async choices(visit: Visit, form: FormState<unknown>, item: ConnectionItem | null) {
      this.more.sayAgain(visit, form);
      const view = await super.choices(visit, form, item);
      const more = await this.more.view(visit, form, item && { ...item, kind });
      return { ...view, ...more, fields: [...view.fields, ...more.groupFields] };
    }
  }
  Reflect.defineMetadata('design:paramtypes', [Collections, ConnectionForm, AttemptsView], ConnectionPages);
  SettingsPage(list)(ConnectionPages);
  return ConnectionPages;
}
