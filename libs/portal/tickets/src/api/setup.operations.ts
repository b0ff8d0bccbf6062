import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { type Actor, holds, NotFound } from '@foyer/access';
import { Api } from '@foyer/api';
import { portalApi } from '@foyer/identity';
import { Categories, CATEGORY_NAME_MAX, PRIORITIES, priorityNames } from '@foyer/requests';
import { type Said, Settings, settingsWrite, translations } from '@foyer/settings';
import { field } from '@foyer/web';
import { ticketsRead } from './ticket-wire.js';

type Translations = Record<string, Said>;
const feature = 'tickets';
const name = field.text(CATEGORY_NAME_MAX);
const said = translations({ name });
const read = z.partialRecord(z.string(), z.object({ name: z.string().optional() }));
const category = z
  .object({
    id: z.uuid(),
    name: z.string(),
    translations: read,
    archived: z.boolean().describe('Not offered for new tickets.'),
  })
  .meta({ id: 'TicketCategory' });
const priority = z
  .object({
    id: z.enum(PRIORITIES),
    name: z.string().describe('In the operator’s words; empty: the usual word.'),
    translations: read,
  })
  .meta({ id: 'TicketPriority' });
const params = z.object({ id: z.uuid() });
const ofPriority = z.object({ id: z.enum(PRIORITIES) });
const done = { feature, scope: settingsWrite, params, output: null };

/** What tickets can be about and how urgent they are, for programs. */
@Injectable()
export class SetupOperations implements OnModuleInit {
  constructor(
    private readonly api: Api,
    private readonly categories: Categories,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.api.add(...this.reading(), ...this.writing());
  }

  private reading() {
    const { get } = portalApi;
    const told = { feature, scope: ticketsRead };
    return [
      get(
        '/ticket-categories',
        {
          ...{ ...told, id: 'listTicketCategories', summary: 'What tickets can be about' },
          description: 'Keys that read the set-up see those that are archived too.',
          output: z.object({ data: z.array(category) }),
        },
        async ({ actor }) => ({ data: await this.seen(actor) }),
      ),
      get(
        '/ticket-categories/{id}',
        { ...told, id: 'getTicketCategory', summary: 'One category', params, output: category },
        ({ actor, params: { id } }) => this.one(actor, id),
      ),
      get(
        '/ticket-priorities',
        {
          ...{ ...told, id: 'listTicketPriorities', summary: 'How urgent tickets can be' },
          output: z.object({ data: z.array(priority) }),
        },
        async () => ({ data: await this.priorities() }),
      ),
      get(
        '/ticket-priorities/{id}',
        { ...told, id: 'getTicketPriority', summary: 'One priority', params: ofPriority, output: priority },
        async ({ params: { id } }) => (await this.priorities()).find((one) => one.id === id)!,
      ),
    ];
  }

  private writing() {
    const { post, change, remove } = portalApi;
    return [
      post(
        '/ticket-categories',
        {
          ...{ feature, scope: settingsWrite, id: 'addTicketCategory', summary: 'Add a category', output: category },
          body: z.object({ name, translations: said }),
        },
        async ({ actor, body }) =>
          this.one(
            actor,
            await this.categories.add(actor, { ...body, translations: body.translations as Translations }),
          ),
      ),
      change(
        '/ticket-categories/{id}',
        {
          ...{ ...done, id: 'changeTicketCategory', summary: 'Change a category', output: category },
          body: z.object({ name: name.optional(), translations: said.unwrap().optional() }),
        },
        async ({ actor, params: { id } }) => {
          await this.categories.hold(id);
          return this.one(actor, id);
        },
        async ({ actor, params: { id }, body }) => {
          const now = await this.one(actor, id);
          await this.categories.rename(actor, id, {
            name: body.name ?? now.name,
            translations: (body.translations ?? now.translations) as Translations,
          });
          return null;
        },
      ),
      remove(
        '/ticket-categories/{id}',
        {
          ...{ ...done, id: 'removeTicketCategory', summary: 'Remove a category' },
          query: z.object({ to: z.uuid().optional().describe('The category that its tickets get, if it has any.') }),
        },
        ({ actor, params: { id }, query: { to = null } }) => this.categories.remove(actor, id, to),
      ),
      post(
        '/ticket-categories/{id}/archiving',
        { ...done, id: 'archiveTicketCategory', summary: 'Offer a category no more' },
        ({ actor, params: { id } }) => this.categories.archive(actor, id),
      ),
      post(
        '/ticket-categories/{id}/restoration',
        { ...done, id: 'restoreTicketCategory', summary: 'Offer a category again' },
        ({ actor, params: { id } }) => this.categories.restore(actor, id),
      ),
      post(
        '/ticket-categories/{id}/place',
        {
          ...{ ...done, id: 'moveTicketCategory', summary: 'Move a category in its list' },
          body: z.object({ by: z.int().min(-500).max(500).describe('So many places down; negative: up.') }),
        },
        ({ actor, params: { id }, body: { by } }) => this.categories.move(actor, id, by),
      ),
    ];
  }

  private async seen({ ability }: Actor) {
    const all = await this.categories.listed();
    const shown = all.filter(({ archived }) => !archived || holds(ability, 'read', 'Settings'));
    return shown.map(({ id, name, translations: others, archived }) => ({
      ...{ id, name, archived, translations: others as Translations },
    }));
  }

  private async one(actor: Actor, id: string) {
    const found = (await this.seen(actor)).find((one) => one.id === id);
    if (!found) throw new NotFound();
    return found;
  }

  private async priorities() {
    const names = await this.settings.get(priorityNames);
    return PRIORITIES.map((id) => ({ id, ...names[id] }));
  }
}
