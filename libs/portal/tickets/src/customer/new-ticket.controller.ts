import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { NotFound } from '@foyer/access';
import { has } from '@foyer/i18n';
import type { PortalActor } from '@foyer/identity';
import { categoryOptions, Requests, type RequestType, typeName, typeSentence } from '@foyer/requests';
import type { TicketSuggestion } from '@foyer/places';
import { Ask, type Asked, field, type FormState, PortalController, seeOther, show, type Visit } from '@foyer/web';
import { ticketNumber } from '../ticket-number.js';
import { Tickets } from '../tickets.js';
import { adopted, unasked } from '../asking/adopted-draft.js';
import { Colleagues } from '../asking/colleagues.js';
import { type DraftContent, Drafts, draftView } from '../asking/drafts.js';
import { type OpenForm, type Kept, RequestForms, ticketOf } from '../asking/request-forms.js';
import { RequestSurroundings, type Surroundings } from '../asking/request-surroundings.js';
import { TicketSuggestions } from '../asking/suggestions.js';

const PATH = '/tickets';
const SEARCH_FROM = 9;
const search = z.object({ q: field.search });
const typedText = (value: unknown): string => (typeof value === 'string' ? value : '');
const choosing = { query: search };
const onType = { params: { type: String } };
const opening = { form: z.looseObject({}) };

/** Asking for something: choose what, fill in its form, look at what may help already, send. */
@PortalController('tickets', { feature: 'tickets' })
export class NewTicketController {
  constructor(
    private readonly requests: Requests,
    private readonly forms: RequestForms,
    private readonly surroundings: RequestSurroundings,
    private readonly drafts: Drafts,
    private readonly suggestions: TicketSuggestions,
    private readonly tickets: Tickets,
  ) {}

  @Get('new')
  async choose(@Ask(choosing) { visit, actor, query: { q } }: Asked<typeof choosing, PortalActor>) {
    const types = await this.requests.offered(actor);
    return types.length === 1 ? this.blank(visit, actor, types[0]!) : this.choice(visit, types, q);
  }

  @Get('new/:type')
  async form(@Ask(onType) { visit, actor, type: key }: Asked<typeof onType, PortalActor>) {
    const type = await this.requests.find(actor, key);
    if (!type) throw new NotFound();
    return this.blank(visit, actor, type);
  }

  @Post()
  async open(@Ask(opening) { visit, actor, form: { values: body } }: Asked<typeof opening, PortalActor>) {
    const types = await this.requests.offered(actor);
    const type = body['type'] === undefined ? types[0] : types.find(({ id }) => id === body['type']);
    if (!type) return this.gone(visit, actor, types, body);
    const around = await this.surroundings.read(actor, placeOf(type));
    const open = openForm(visit, actor, type, around);
    const { form, kept } = await this.forms.receive(open);
    if (body['draft'] !== undefined) return this.keep(open, withFiles(form.values, kept));
    if (body['again'] !== undefined) return this.page(open, around, visit.form(form.values), kept);
    // The team has taken a question out of the form meanwhile: what was answered is not dropped with it.
    const { others, words } = unasked(visit, form.values as DraftContent, type, await this.requests.fields());
    if (others.length > 0) {
      form.values['description'] = [typedText(form.values['description']), ...words].filter(Boolean).join('\n\n');
      form.fail('description', 'tickets.request.changed');
    }

    const colleagues = new Colleagues(around.colleagues);
    const requester = colleagues.chosen(form, typedText(body['requester']));
    const found = await this.before(form, open, typedText(body['seen']));
    if (found.length > 0) return this.page(open, around, form, kept, { suggestions: found });
    const ticket = await form.attempt((draft) =>
      this.tickets.open(actor, {
        ...ticketOf(type, draft, kept),
        // Whoever asked for somebody else follows it: both are told.
        ...(requester && {
          requesterId: requester.personId,
          companyId: requester.companyId,
          watcherIds: [actor.id!],
        }),
      }),
    );
    if (!ticket) return this.page(open, around, form, kept);
    await this.drafts.discard(actor, placeOf(type), form.values);
    return seeOther(`${PATH}/${ticketNumber(ticket.number)}`, 'tickets.new.done');
  }

  private async blank(visit: Visit, actor: PortalActor, type: RequestType) {
    const offered = (await this.requests.offered(actor)).map(placeOf);
    const around = await this.surroundings.read(actor, placeOf(type), offered);
    const open = openForm(visit, actor, type, around);
    const { draft, orphan } = around;
    const content =
      draft?.content ??
      (orphan && { ...adopted(visit, orphan.content, type, await this.requests.fields()), _from: orphan.place });
    const kept = content ? await this.forms.keptOf(open, content) : {};
    const form = visit.form({ ...this.forms.defaults(open), ...content });
    return this.page(open, around, form, kept, { restored: (draft ?? orphan)?.updatedAt ?? null });
  }

  private async page(
    open: OpenForm,
    around: Surroundings,
    form: FormState<unknown>,
    kept: Kept,
    more: { restored?: string | null; suggestions?: TicketSuggestion[] } = {},
  ) {
    const { actor, visit } = open;
    const several = (await this.requests.offered(actor)).length > 1;
    const suggestions = more.suggestions ?? [];
    return show('tickets/customer/new', {
      ...(await this.forms.view(open, form, kept)),
      colleagues: new Colleagues(around.colleagues).options(actor),
      several,
      place: placeOf(open.type),
      from: typedText(form.values['_from']) || null,
      draft: draftView(around.draft),
      restored: more.restored ?? null,
      suggestions,
      seen: suggestions.length > 0 ? suggestions.map(({ href }) => href).join(' ') : typedText(form.values['seen']),
      back: several
        ? { href: `${PATH}/new`, label: visit.t('tickets.new.title') }
        : { href: PATH, label: visit.t('tickets.list.title') },
    });
  }

  /** What may help already, unless it has been shown. */
  private async before(
    form: FormState<unknown>,
    { visit, actor, type }: OpenForm,
    seen: string,
  ): Promise<TicketSuggestion[]> {
    if (form.failed || seen !== '') return [];
    const [subject, description] = [typedText(form.values['subject']), typedText(form.values['description'])];
    return this.suggestions.find(actor, { subject, description, typeId: type.id, locale: visit.locale });
  }

  private async keep(open: OpenForm, values: DraftContent) {
    const { actor, type } = open;
    if (isBlank(values, this.forms.defaults(open))) {
      await this.drafts.discard(actor, placeOf(type), values);
      return seeOther(PATH, 'tickets.draft.blank');
    }
    const { beside } = await this.drafts.keep(actor, placeOf(type), values);
    return seeOther(PATH, beside > 0 ? 'tickets.draft.beside' : 'tickets.draft.kept');
  }

  /** The team has taken the type away while somebody filled its form in: what was typed waits for the form of another. */
  private async gone(visit: Visit, actor: PortalActor, types: RequestType[], body: DraftContent) {
    const type = z.uuid().catch('any').parse(body['type']);
    await this.drafts.keep(actor, placeOf({ id: type }), body);
    return this.choice(visit, types, '', true);
  }

  private choice(visit: Visit, types: RequestType[], q: string, gone = false) {
    const { locale } = visit;
    const cards = types.map((type) => ({
      href: `${PATH}/new/${encodeURIComponent(type.slug || type.id)}`,
      icon: type.icon,
      name: typeName(type, locale),
      sentence: typeSentence(type, locale),
    }));
    const fits = ({ name, sentence }: (typeof cards)[number]) => q === '' || has(`${name} ${sentence}`, q);
    return show(
      'tickets/customer/choose',
      { types: cards.filter(fits), searchable: types.length >= SEARCH_FROM, q, gone },
      gone ? 422 : 200,
    );
  }
}

const placeOf = ({ id }: Pick<RequestType, 'id'>): string => `new:${id}`;

function openForm(visit: Visit, actor: PortalActor, type: RequestType, { categories }: Surroundings): OpenForm {
  const companies = actor.companies.map(({ id, name }) => ({ value: id, label: name }));
  return { visit, actor, type, team: false, categories: categoryOptions(categories, visit.locale), companies };
}

/** Nothing was typed, chosen or added: there is no text that a draft could be found by. */
const isBlank = (values: DraftContent, defaults: Record<string, string>): boolean =>
  Object.entries(values).every(
    ([name, value]) =>
      /^_|^(?:type|draft|seen|requester)$/.test(name) ||
      [value].flat().every((one) => one === '' || one === defaults[name]),
  );

/** What was typed, with the files that have come by their ids, so that a draft brings them back. */
function withFiles(values: DraftContent, kept: Kept): DraftContent {
  const files = Object.entries(kept).map(([field, list]) => [
    field === 'attachments' ? 'kept' : `kept-${field}`,
    (list ?? []).map(({ id }) => id),
  ]);
  return { ...values, ...(Object.fromEntries(files) as DraftContent) };
}
