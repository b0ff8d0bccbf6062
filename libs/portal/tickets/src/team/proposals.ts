import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Conflict } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';
import { Slots } from '@foyer/slots';
import type { Visit } from '@foyer/web';
import type { TicketAction } from '../ticket-actions.js';
import type { TicketView } from '../ticket-detail.js';
import { type FindReply, replySuggestions } from '../ticket-slots.js';

/** One change as the form sends it back: by the macro it is of and by what it is, so that it is never another than the one shown. */
const valueOf = (macro: string, action: TicketAction): string =>
  `${macro}.${createHash('sha256').update(JSON.stringify(action)).digest('hex').slice(0, 12)}`;

/** Changes that a macro brings beside its words: they wait, can be left out, and are made when the words are sent. */
@Injectable()
export class Proposals {
  constructor(private readonly slots: Slots) {}

  private readonly find: FindReply = async (...asked) => {
    for (const find of this.slots.of(replySuggestions)) {
      const found = await find(...asked);
      if (found) return found;
    }
    return null;
  };

  /** What one macro proposes: words and, in the reader's language, what else is done. Null when there is no such macro. */
  async of(visit: Visit, actor: PortalActor, ticket: TicketView, macro: string) {
    const found = await this.find(actor, ticket, macro, visit);
    if (!found) return null;
    const { text, note, actions, said } = found;
    const shown = actions.map((action, index) => ({ action, label: said[index] ?? '' }));
    const status = note ? undefined : actions.find((action) => action.do === 'status');
    return {
      ...{ text, note, status },
      // A reply says in its own field what the status is afterwards.
      proposals: ticket.can.update
        ? shown
            .filter(({ action }) => note || action.do !== 'status')
            .map(({ action, label }) => ({ value: valueOf(macro, action), label, checked: true }))
        : [],
    };
  }

  /** The same for what came back with a form: what was left out is still there to be ticked again. */
  async again(visit: Visit, actor: PortalActor, ticket: TicketView, also: readonly string[]) {
    const found = [];
    for (const macro of macrosIn(also)) found.push(...((await this.of(visit, actor, ticket, macro))?.proposals ?? []));
    return found.map((one) => ({ ...one, checked: also.includes(one.value) }));
  }

  /** @throws Conflict when the macro is not what it was */
  async chosen(actor: PortalActor, ticket: TicketView, also: readonly string[]): Promise<TicketAction[]> {
    const chosen = new Map<string, TicketAction>();
    for (const macro of macrosIn(also))
      for (const action of (await this.find(actor, ticket, macro, null))?.actions ?? [])
        chosen.set(valueOf(macro, action), action);
    return also.map((value) => {
      const action = chosen.get(value);
      if (!action) throw new Conflict('tickets.proposals.changed');
      return action;
    });
  }
}

const macrosIn = (also: readonly string[]): string[] => [...new Set(also.map((value) => value.split('.')[0]!))];
