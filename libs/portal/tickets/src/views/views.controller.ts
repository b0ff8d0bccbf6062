import { Get, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { z } from 'zod';
import type { PortalActor } from '@foyer/identity';
import {
  Can,
  ConsoleController,
  CurrentActor,
  CurrentVisit,
  Feature,
  Filters,
  Form,
  type FormState,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { conditionsOf, inboxFilters, type InboxAsked } from '../team/inbox-filter.js';
import { viewForm } from '../ticket-forms.js';
import { TicketList } from '../ticket-list.js';
import { rowView } from '../ticket-view.js';
import { TicketViews } from './ticket-views.js';

const PATH = '/console/tickets';
const newViewForm = viewForm.extend({ query: z.string().max(2000).default('') });
const PREVIEW = 5;

/** Views that agents keep: what the inbox shows just now, under a name. */
@ConsoleController('tickets/views')
@Feature('tickets')
@Can('update', 'Ticket')
export class ViewsController {
  constructor(
    private readonly views: TicketViews,
    private readonly list: TicketList,
  ) {}

  @Get('new')
  @View('tickets/team/view')
  blank(@CurrentVisit() visit: Visit, @CurrentActor() actor: PortalActor, @Filters(inboxFilters) asked: InboxAsked) {
    const query = visit.link('', { cursor: null, bulk: null }).replace(/^\?/, '');
    return this.view(visit, actor, visit.form({ query }), asked);
  }

  @Post()
  @View('tickets/team/view')
  async keep(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Form(newViewForm) form: FormState<z.output<typeof newViewForm>>,
  ) {
    const typed = form.values['query'];
    const asked = inboxFilters.parse(Object.fromEntries(new URLSearchParams(typeof typed === 'string' ? typed : '')));
    const kept = await form.attempt(({ name, shared }) =>
      this.views.keep(actor, { name, shared, conditions: conditionsOf(asked, actor) }),
    );
    return kept ? seeOther(`${PATH}?view=${kept.id}`, 'tickets.views.kept') : this.view(visit, actor, form, asked);
  }

  @Get(':item')
  @View('tickets/team/view')
  async edit(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Param('item', ParseUUIDPipe) id: string,
  ) {
    const { name, ownerId } = await this.views.find(actor, id);
    return this.one(visit, actor, id, visit.form({ name, shared: ownerId === null ? '1' : null }));
  }

  @Post(':item')
  @View('tickets/team/view')
  async rename(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Param('item', ParseUUIDPipe) id: string,
    @Form(viewForm) form: FormState<z.output<typeof viewForm>>,
  ) {
    await this.views.find(actor, id);
    await form.attempt((value) => this.views.rename(actor, id, value));
    return form.failed ? this.one(visit, actor, id, form) : seeOther(`${PATH}?view=${id}`, 'tickets.views.saved');
  }

  @Post(':item/removal')
  async remove(@CurrentActor() actor: PortalActor, @Param('item', ParseUUIDPipe) id: string) {
    await this.views.remove(actor, id);
    return seeOther(PATH, 'tickets.views.removed');
  }

  private async one(visit: Visit, actor: PortalActor, id: string, form: FormState<unknown>) {
    const { conditions } = await this.views.find(actor, id);
    return { form, item: { id }, action: `${PATH}/views/${id}`, ...(await this.preview(visit, actor, conditions)) };
  }

  private async view(visit: Visit, actor: PortalActor, form: FormState<unknown>, asked: InboxAsked) {
    return {
      form,
      item: null,
      action: `${PATH}/views`,
      ...(await this.preview(visit, actor, conditionsOf(asked, actor))),
    };
  }

  private async preview(visit: Visit, actor: PortalActor, conditions: ReturnType<typeof conditionsOf>) {
    const { rows } = await this.list.page(actor, { conditions, limit: PREVIEW });
    return { tickets: rows.map((row) => rowView(visit, '/console', row)) };
  }
}
