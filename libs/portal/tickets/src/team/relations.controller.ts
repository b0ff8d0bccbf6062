import { Get, Post } from '@nestjs/common';
import { InvalidField, NotFound } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';
import { Ask, type Asked, ConsoleController, type FormState, Posts, seeOther, View, type Visit } from '@foyer/web';
import { Merges } from '../merges.js';
import { linkForm, mergeForm, splitForm } from '../ticket-forms.js';
import { numberIn } from '../ticket-filter.js';
import { TicketList } from '../ticket-list.js';
import { ticketNumber } from '../ticket-number.js';
import { TicketPageReader } from '../ticket-page.js';
import { entryViews, rowView, ticketView } from '../ticket-view.js';
import { onTicket, ticketNumberAt } from '../on-ticket.js';

const merging = { ...onTicket, form: mergeForm };
const splitting = { ...onTicket, form: splitForm };
const linking = { ...onTicket, form: linkForm };
const onOther = { params: { ...onTicket.params, other: ticketNumberAt } };

/** A ticket and others: merging, splitting, linking. */
@ConsoleController('tickets/:number', { feature: 'tickets', can: ['merge', 'Desk'] })
@Posts<typeof onTicket, PortalActor, RelationsController>(onTicket, ({ number }) => at(number), {
  'merge/removal': [({ merges }, { actor, number }) => merges.unmerge(actor, number), 'tickets.merge.undone'],
})
export class RelationsController {
  constructor(
    readonly merges: Merges,
    private readonly page: TicketPageReader,
    private readonly list: TicketList,
  ) {}

  @Get('merge')
  @View('tickets/team/merge')
  async mergePage(@Ask(onTicket) { visit, actor, number }: Asked<typeof onTicket, PortalActor>) {
    return this.mergeView(visit, actor, number, visit.form());
  }

  @Post('merge')
  @View('tickets/team/merge')
  async merge(@Ask(merging) { visit, actor, number, form }: Asked<typeof merging, PortalActor>) {
    await this.page.mayRead(actor, number);
    const into = await form.attempt(async (value) => {
      const other = numberOf('into', value.into);
      await this.merges.merge(actor, number, other);
      return other;
    });
    return into ? seeOther(at(into), 'tickets.merge.done') : this.mergeView(visit, actor, number, form);
  }

  @Get('split')
  @View('tickets/team/split')
  async splitPage(@Ask(onTicket) { visit, actor, number }: Asked<typeof onTicket, PortalActor>) {
    return this.splitView(visit, actor, number, visit.form());
  }

  @Post('split')
  @View('tickets/team/split')
  async split(@Ask(splitting) { visit, actor, number, form }: Asked<typeof splitting, PortalActor>) {
    await this.page.mayRead(actor, number);
    const ticket = await form.attempt(({ message, subject }) => this.merges.split(actor, number, message, subject));
    return ticket ? seeOther(at(ticket.number), 'tickets.split.done') : this.splitView(visit, actor, number, form);
  }

  @Post('links')
  @View('tickets/team/merge')
  async link(@Ask(linking) { visit, actor, number, form }: Asked<typeof linking, PortalActor>) {
    await this.page.mayRead(actor, number);
    const done = await form.attempt(async ({ other }) => {
      await this.merges.link(actor, number, numberOf('other', other));
      return true;
    });
    return done ? seeOther(at(number), 'tickets.link.done') : this.mergeView(visit, actor, number, visit.form(), form);
  }

  @Post('links/:other/removal')
  async unlink(@Ask(onOther) { actor, number, other }: Asked<typeof onOther, PortalActor>) {
    try {
      await this.merges.unlink(actor, number, other);
    } catch (error) {
      throw error instanceof InvalidField ? new NotFound() : error;
    }
    return seeOther(at(number), 'tickets.link.removed');
  }

  private async mergeView(
    visit: Visit,
    actor: PortalActor,
    number: number,
    merge: FormState<unknown>,
    link?: FormState<unknown>,
  ) {
    const ticket = await this.page.read(actor, number);
    const { rows } = await this.list.page(actor, { requesterId: ticket.requesterId, limit: 10 });
    return {
      ticket: ticketView(visit, '/console', ticket),
      candidates: rows.filter((row) => row.number !== number).map((row) => rowView(visit, '/console', row)),
      forms: { merge, link: link ?? visit.form() },
      back: { href: at(number), label: ticketNumber(number) },
    };
  }

  private async splitView(visit: Visit, actor: PortalActor, number: number, form: FormState<unknown>) {
    const ticket = await this.page.read(actor, number);
    const chosen = [form.values['message'] ?? []].flat();
    return {
      ticket: ticketView(visit, '/console', ticket),
      messages: entryViews(visit, '/console', ticket, actor.id)
        .filter(({ kind }) => kind !== 'event')
        .map((message) => ({ ...message, chosen: chosen.includes(message.id) })),
      form,
      back: { href: at(number), label: ticketNumber(number) },
    };
  }
}

const at = (number: number): string => `/console/tickets/${ticketNumber(number)}`;

/** However a search would take it: `TKT-007`, `#7`, `[TKT-007]` or 7. */
function numberOf(field: string, text: string): number {
  const number = numberIn(text);
  if (number === null) throw new InvalidField(field, 'tickets.merge.unknown');
  return number;
}
