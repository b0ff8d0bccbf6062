import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { allowed, holds, NotFound } from '@foyer/access';
import { PeopleList, type PersonRow, type PortalActor } from '@foyer/identity';
import { categoryOptions, Requests, type RequestType, typeName, typeSentence } from '@foyer/requests';
import { Ask, type Asked, ConsoleController, field, type FormState, seeOther, show, type Visit } from '@foyer/web';
import { ticketNumber } from '../ticket-number.js';
import { Tickets } from '../tickets.js';
import { Drafts, draftView } from '../asking/drafts.js';
import { type OpenForm, type Kept, RequestForms, ticketOf } from '../asking/request-forms.js';
import { RequestSurroundings, type Surroundings } from '../asking/request-surroundings.js';

const PATH = '/console/tickets';
const MOST = 20;
const asked = z.object({
  q: field.search,
  customer: z.uuid().nullable().catch(null),
  type: z.string().max(80).nullable().catch(null),
});
const stepping = { query: asked };
const opening = { form: z.looseObject({}) };

/** A ticket in a customer's name: who asks, what for, and its form with what only the team fills in. */
@ConsoleController('tickets/new', { feature: 'tickets', can: ['open-for', 'Desk'] })
export class TeamNewTicketController {
  constructor(
    private readonly people: PeopleList,
    private readonly requests: Requests,
    private readonly forms: RequestForms,
    private readonly surroundings: RequestSurroundings,
    private readonly drafts: Drafts,
    private readonly tickets: Tickets,
  ) {}

  @Get()
  async steps(
    @Ask(stepping) { visit, actor, query: { q, customer: id, type: key } }: Asked<typeof stepping, PortalActor>,
  ) {
    if (!id) return this.who(actor, q);
    const customer = await this.customer(actor, id);
    const types = await this.requests.offered(actor);
    const type = types.length === 1 ? types[0] : types.find((one) => one.id === key || one.slug === key);
    if (!type) return this.what(visit, customer, types);
    const around = await this.surroundings.read(actor, placeOf(type));
    const { draft } = around;
    const open = openForm(visit, actor, type, around, customer);
    const kept = draft ? await this.forms.keptOf(open, draft.content) : {};
    const form = visit.form({ tell: '1', ...this.forms.defaults(open), ...draft?.content });
    return this.page(open, customer, around, form, kept, draft?.updatedAt);
  }

  @Post()
  async open(@Ask(opening) { visit, actor, form: { values: body } }: Asked<typeof opening, PortalActor>) {
    const customer = await this.customer(actor, body['customer']);
    const type = (await this.requests.offered(actor)).find(({ id }) => id === body['type']);
    if (!type) return this.what(visit, customer, await this.requests.offered(actor), true);
    const around = await this.surroundings.read(actor, placeOf(type));
    const open = openForm(visit, actor, type, around, customer);
    const { form, kept } = await this.forms.receive(open);
    if (body['again'] !== undefined) return this.page(open, customer, around, visit.form(form.values), kept);
    const ticket = await form.attempt((draft) =>
      this.tickets.open(actor, {
        ...ticketOf(type, draft, kept),
        source: 'console',
        requesterId: customer.id,
        // Who would not see it otherwise follows what they have opened.
        watcherIds: seesAll(actor) ? [] : [actor.id!],
        confirm: body['tell'] !== undefined,
      }),
    );
    if (!ticket) return this.page(open, customer, around, form, kept);
    await this.drafts.discard(actor, placeOf(type), form.values);
    return seeOther(`${PATH}/${ticketNumber(ticket.number)}`, 'tickets.open-for.done');
  }

  /** Somebody the actor may see, who can still be written to. */
  private async customer(actor: PortalActor, id: unknown): Promise<PersonRow> {
    const known = z.uuid().safeParse(id);
    if (!known.success) throw new NotFound();
    const person = await this.people.person(actor, known.data);
    if (person.status === 'deactivated') throw new NotFound();
    return person;
  }

  private async who(actor: PortalActor, q: string) {
    const { rows } = await this.people.people(actor, { search: q || null, kind: 'customers', limit: MOST });
    const people = rows
      .filter(({ status }) => status !== 'deactivated')
      .map(({ id, name, email, companies }) => ({
        href: `${PATH}/new?customer=${id}`,
        name,
        email,
        companies: companies.map((company) => company.name).join(', '),
      }));
    const add = holds(actor.ability, 'create', 'Person')
      ? `/console/people/new?${new URLSearchParams({ q, return_to: `${PATH}/new` })}`
      : null;
    return show('tickets/team/choose-customer', { q, people, add });
  }

  private what(visit: Visit, customer: PersonRow, types: RequestType[], gone = false) {
    const cards = types.map((type) => ({
      href: `${PATH}/new?customer=${customer.id}&type=${encodeURIComponent(type.slug || type.id)}`,
      icon: type.icon,
      name: typeName(type, visit.locale),
      sentence: typeSentence(type, visit.locale),
    }));
    return show('tickets/team/choose-type', { customer: customer.name, types: cards, gone }, gone ? 422 : 200);
  }

  private async page(
    open: OpenForm,
    customer: PersonRow,
    { draft }: Surroundings,
    form: FormState<unknown>,
    kept: Kept,
    restored: string | null = null,
  ) {
    return show('tickets/team/new', {
      ...(await this.forms.view(open, form, kept)),
      customer: { id: customer.id, name: customer.name, email: customer.email },
      tell: form.values['tell'] !== undefined,
      place: placeOf(open.type),
      draft: draftView(draft),
      restored,
    });
  }
}

const seesAll = ({ ability }: PortalActor): boolean =>
  allowed(ability, 'read', 'Ticket', {
    requesterId: null,
    companyId: null,
    assigneeId: null,
    groupId: null,
    watcherIds: [],
  });

const placeOf = ({ id }: RequestType): string => `open:${id}`;

function openForm(
  visit: Visit,
  actor: PortalActor,
  type: RequestType,
  around: Surroundings,
  customer: PersonRow,
): OpenForm {
  const companies = customer.companies.map(({ id, name }) => ({ value: id, label: name }));
  return { visit, actor, type, team: true, categories: categoryOptions(around.categories, visit.locale), companies };
}
