import { randomUUIDv7 } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Conflict, NotFound } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';
import { Collections, Settings } from '@foyer/settings';
import { type FindReply, Groups, ReplySuggestions, RuleOptions } from '@foyer/tickets';
import { actionWords } from '../rules/rule-sentence.js';
import { Fillings } from './filling.js';
import { type Macro, macros, MAX_OWN, mustBeDistinct, ownMacros } from './macros.js';
import { filled, mustBeKnown } from './placeholders.js';

/** The macros somebody can use: the team's, those of their groups, and their own. */
@Injectable()
export class MacroShelf implements OnModuleInit {
  constructor(
    private readonly collections: Collections,
    private readonly settings: Settings,
    private readonly groups: Groups,
    private readonly suggestions: ReplySuggestions,
    private readonly fillings: Fillings,
    private readonly options: RuleOptions,
  ) {}

  onModuleInit(): void {
    this.suggestions.fill(this.reply);
  }

  async of(actor: PortalActor): Promise<Macro[]> {
    const groups = await this.groups.all();
    const mine = (id: string) => groups.some((group) => group.id === id && group.memberIds.includes(actor.id ?? ''));
    const shared = (await this.collections.all(macros)).filter(
      ({ groupId, enabled }) => enabled && (groupId === null || mine(groupId)),
    );
    return [...(await this.own(actor)), ...shared];
  }

  async own(actor: PortalActor): Promise<Macro[]> {
    return (await this.collections.all(ownMacros)).filter(({ ownerId }) => ownerId === actor.id);
  }

  async find(actor: PortalActor, id: string): Promise<Macro> {
    const found = (await this.of(actor)).find((one) => one.id === id);
    if (!found) throw new NotFound();
    return found;
  }

  /** @throws Conflict when they have as many as one can have, InvalidField where they could not tell it from another */
  async add(actor: PortalActor, macro: Omit<Macro, 'id' | 'ownerId' | 'enabled'>): Promise<void> {
    mustBeKnown('text', macro.text);
    mustBeDistinct(macro, await this.of(actor));
    await this.settings.update(
      ownMacros.section,
      ({ items }) => {
        if (items.filter(({ ownerId }) => ownerId === actor.id).length >= MAX_OWN)
          throw new Conflict('settings.collection.full', { max: MAX_OWN });
        mustBeDistinct(
          macro,
          items.filter(({ ownerId }) => ownerId === actor.id),
        );
        return { items: [...items, { ...macro, id: randomUUIDv7(), ownerId: actor.id, enabled: true }] };
      },
      actor.id,
    );
  }

  /** @throws NotFound unless it is their own */
  async remove(actor: PortalActor, id: string): Promise<void> {
    await this.settings.update(
      ownMacros.section,
      ({ items }) => {
        if (!items.some((one) => one.id === id && one.ownerId === actor.id)) throw new NotFound();
        return { items: items.filter((one) => one.id !== id) };
      },
      actor.id,
    );
  }

  /** What a macro proposes for the next reply, in the customer's language where it has words for it. */
  private readonly reply: FindReply = async (actor, ticket, id, reader) => {
    const macro = (await this.of(actor)).find((one) => one.id === id);
    if (!macro) return null;
    const { values, locale } = await this.fillings.of(ticket.id, actor.name);
    const text = filled(macro.translations[locale] ?? macro.text, values);
    const choices = reader && macro.actions.length > 0 ? await this.options.all(reader) : null;
    const said = choices ? macro.actions.map((action) => actionWords(reader!, action, choices)) : [];
    return { text, note: macro.note, actions: macro.actions, said };
  };
}
