import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { Api, type Call } from '@foyer/api';
import { portalApi, type PortalActor } from '@foyer/identity';
import { versionOf } from '@foyer/settings';
import { field } from '@foyer/web';
import { ticketConditions } from '../conditions/ticket-conditions.js';
import { LIST_ORDERS } from '../ticket-filter.js';
import { type SavedView, TicketViews } from '../views/ticket-views.js';
import { mustBeOfTeam } from './list-filters.js';
import { ticketsRead, ticketsWrite } from './ticket-wire.js';

const shape = {
  name: field.text(60),
  order: z.enum(LIST_ORDERS),
  group_id: z.uuid().nullable().describe('Shared with one group; null: with the whole team.'),
  conditions: ticketConditions,
  search: z.string().trim().max(100),
};
const view = z.object({ id: z.uuid(), ...shape }).meta({ id: 'TicketView' });
const body = z.object({
  ...shape,
  order: shape.order.default('touched'),
  group_id: shape.group_id.default(null),
  search: shape.search.default(''),
});
const params = z.object({ id: z.uuid() });
type OfOne = Call<PortalActor, z.output<typeof params>>;
const common = { feature: 'tickets', output: view };
const OF_TEAM = 'For keys of the whole portal.';

/** Views that the team shares, for programs. What somebody keeps for themselves is nobody else's. */
@Injectable()
export class ViewOperations implements OnModuleInit {
  constructor(
    private readonly api: Api,
    private readonly views: TicketViews,
  ) {}

  onModuleInit(): void {
    const { get, post, change, removeAsSeen } = portalApi;
    const writing = { ...common, scope: ticketsWrite, called: { share: 'group_id' } };
    const one = async ({ actor, params: { id } }: OfOne) => record(await this.views.stored(ofTeam(actor), id));
    this.api.add(
      get(
        '/ticket-views',
        {
          ...{ ...common, id: 'listTicketViews', scope: ticketsRead, summary: 'Views that the team shares' },
          description: `${OF_TEAM} \`GET /tickets?view_id=…\` gives the tickets of one.`,
          output: z.object({ data: z.array(view) }),
        },
        async ({ actor }) => ({ data: (await this.views.of(ofTeam(actor))).map(record) }),
      ),
      get(
        '/ticket-views/{id}',
        { ...common, id: 'getTicketView', scope: ticketsRead, summary: 'One view', description: OF_TEAM, params },
        one,
      ),
      post(
        '/ticket-views',
        { ...writing, id: 'addTicketView', summary: 'Add a view', description: OF_TEAM, body },
        async ({ actor, body: sent }) => record(await this.views.keep(ofTeam(actor), draftOf(sent))),
      ),
      change(
        '/ticket-views/{id}',
        {
          ...{ ...writing, id: 'changeTicketView', summary: 'Change a view', description: OF_TEAM, params },
          body: z.object(shape).partial(),
        },
        one,
        async ({ actor, params: { id }, body: sent }) => {
          const before = await this.views.stored(actor, id);
          await this.views.replace(actor, id, draftOf({ ...record(before), ...sent }), versionOf(before));
          return null;
        },
      ),
      removeAsSeen(
        '/ticket-views/{id}',
        { ...writing, id: 'removeTicketView', summary: 'Remove a view', description: OF_TEAM, params },
        one,
        async ({ actor, params: { id } }) => {
          await this.views.remove(actor, id);
          return null;
        },
      ),
      post(
        '/ticket-views/{id}/place',
        {
          ...{ ...writing, id: 'moveTicketView', summary: 'Move a view in its list', description: OF_TEAM, params },
          ...{
            output: null,
            body: z.object({ by: z.int().min(-500).max(500).describe('So many places down; negative: up.') }),
          },
        },
        ({ actor, params: { id }, body: { by } }) => this.views.move(ofTeam(actor), id, by),
      ),
    );
  }
}

function ofTeam(actor: PortalActor): PortalActor {
  mustBeOfTeam(actor);
  return actor;
}

const record = ({ id, name, order, groupId, conditions, search }: SavedView) => ({
  ...{ id, name, order, group_id: groupId, conditions, search },
});
const draftOf = ({ group_id, ...rest }: z.output<typeof body>) => ({ ...rest, share: group_id ?? 'team' });
