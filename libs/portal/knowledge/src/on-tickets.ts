import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { PortalActor } from '@foyer/identity';
import { ticketPanels, ticketSuggestions } from '@foyer/places';
import { consoleSearch, Features } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { articleView } from './article-view.js';
import { Articles } from './articles.js';

const OFFERED = 3;
const FITTING = 5;

/** Where articles come to those who need one: before a ticket is sent, above the team's answer, and in ⌘K. */
@Injectable()
export class ArticlesOnTickets implements OnModuleInit {
  constructor(
    private readonly articles: Articles,
    private readonly features: Features,
    private readonly slots: Slots,
  ) {}

  onModuleInit(): void {
    this.slots.fill(ticketSuggestions, 10, async (actor, { subject, locale }) => {
      const found = await this.find(actor, subject, locale, OFFERED);
      return found.map(({ title, text, url }) => ({ kind: 'article', title, text, href: url }));
    });
    this.slots.fill(ticketPanels, 20, {
      face: 'team',
      place: 'composer',
      load: async (actor, ticket, visit) => {
        if (!ticket.can.reply && !ticket.can.note) return null;
        // The customer's words find what they may need; without any that fit, the operator's own order stands.
        const fitting = await this.find(actor, ticket.subject, null, FITTING);
        const shown = fitting.length > 0 ? fitting : await this.find(actor, '', null, FITTING);
        if (shown.length === 0) return null;
        return { template: 'knowledge/team/picker', view: { articles: shown.map((one) => articleView(visit, one)) } };
      },
    });
    this.slots.fill(consoleSearch, 40, {
      label: 'knowledge.title',
      find: async (actor, words) => {
        const found = words === '' ? [] : await this.find(actor as PortalActor, words, null, FITTING);
        return found.map(({ title, text, url }) => ({ title, text: text || null, href: url, icon: 'book' }));
      },
    });
  }

  private async find(actor: PortalActor, words: string, locale: string | null, limit: number) {
    return (await this.features.enabled('knowledge')) ? this.articles.find(actor, words, locale, limit) : [];
  }
}
