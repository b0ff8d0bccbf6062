import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { ALPHABETICAL, Database, rows, sql, table } from '@foyer/database';
import { CollectionController, Collections } from '@foyer/settings';
import { Can, ConsoleController, Feature, field, type FormState, type Visit } from '@foyer/web';
import { Agents } from '../agents.js';
import { type TicketGroup, ticketGroups } from '../groups.js';

const form = z.object({
  name: field.text(80),
  members: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .transform((value) => [...new Set([value ?? []].flat())]),
});
type Input = z.output<typeof form>;

/** Parts of the team, such as the workshop or accounting, that tickets can be given to as a whole. */
@ConsoleController('settings/ticket-groups')
@Feature('tickets')
@Can('manage', 'Settings')
export class GroupsController extends CollectionController<TicketGroup, Input> {
  protected readonly path = '/console/settings/ticket-groups';
  protected readonly collection = ticketGroups;
  protected readonly form = form;
  protected readonly template = 'requests/setup/group';
  protected readonly words = 'requests.setup.groups';

  constructor(
    collections: Collections,
    private readonly database: Database,
    private readonly people: Agents,
  ) {
    super(collections);
  }

  protected row(visit: Visit, item: TicketGroup) {
    return { title: item.name, text: visit.t('requests.setup.groups.people', { count: item.memberIds.length }) };
  }

  protected values(_visit: Visit, item: TicketGroup | null) {
    return { name: item?.name ?? null, members: item?.memberIds ?? [] };
  }

  protected async made(input: Input, before: TicketGroup | null): Promise<Omit<TicketGroup, 'id'>> {
    const others = (await this.collections.all(ticketGroups)).filter(({ id }) => id !== before?.id);
    if (others.some(({ name }) => name === input.name)) throw new InvalidField('name', 'requests.setup.taken');
    const agents = new Set((await this.agents()).map(({ value }) => value));
    if (!input.members.every((id) => agents.has(id))) throw new InvalidField('members', 'web.form.choice');
    return { name: input.name, memberIds: input.members };
  }

  protected override async choices(_visit: Visit, form: FormState<unknown>, item: TicketGroup | null) {
    const chosen = [form.values['members'] ?? []].flat();
    return {
      ...(item && { heading: item.name }),
      agents: (await this.agents()).map((agent) => ({ ...agent, checked: chosen.includes(agent.value) })),
    };
  }

  private async agents(): Promise<{ value: string; label: string }[]> {
    const working = await this.people.working('p');
    return this.database.read((em) =>
      rows(
        em,
        sql`select p.id as value, p.name as label from ${table('person')} p where ${working} order by p.name ${ALPHABETICAL} limit 500`,
      ),
    );
  }
}
