import { Injectable, type OnModuleInit } from '@nestjs/common';
import { NotFound } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';
import { Groups } from '@foyer/requests';
import { Collections, identified, Items, wellFormed } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { type FindReply, replySuggestions, RuleOptions } from '@foyer/tickets';
import { actionWords } from '../rules/rule-sentence.js';
import { Fillings } from './filling.js';
import { type Macro, macros, mustBeDistinct, ownMacros } from './macros.js';
import { filled } from './placeholders.js';

/** The macros somebody can use: the team's, those of their groups, and their own. */
@Injectable()
export class MacroShelf implements OnModuleInit {
  constructor(
    private readonly collections: Collections,
    private readonly items: Items,
    private readonly groups: Groups,
    private readonly slots: Slots,
    private readonly fillings: Fillings,
    private readonly options: RuleOptions,
  ) {}

  onModuleInit(): void {
    this.slots.fill(replySuggestions, 10, this.proposed);
  }

  async of(actor: PortalActor): Promise<Macro[]> {
    const groups = await this.groups.all();
    const mine = (id: string) => groups.some((group) => group.id === id && group.memberIds.includes(actor.id ?? ''));
    const shared = (await this.collections.all(macros)).filter(
      ({ groupId, enabled }) => enabled && (groupId === null || mine(groupId)),
    );
    return [...(await this.own(actor)), ...shared];
  }

  async own({ id }: PortalActor): Promise<readonly Macro[]> {
    return this.items.all(ownMacros, id);
  }

  async find(actor: PortalActor, id: string): Promise<Macro> {
    const found = (await this.of(actor)).find((one) => one.id === id);
    if (!found) throw new NotFound();
    return found;
  }

  /** By the rules of the team's. @throws Conflict when they have as many as one can have, InvalidField where they could not tell it from another */
  async add(actor: PortalActor, given: Pick<Macro, 'name' | 'shortcut' | 'text'>): Promise<void> {
    const macro = wellFormed(macros.about.schema, identified({ ...given, ownerId: actor.id }));
    macros.about.check!(macro, null, await this.of(actor));
    await this.items.update(ownMacros, actor.id, (items) => {
      mustBeDistinct(macro, items);
      return [...items, macro];
    });
  }

  /** @throws NotFound unless it is their own */
  async remove(actor: PortalActor, id: string): Promise<void> {
    await this.items.update(ownMacros, actor.id, (items) => {
      if (!items.some((one) => one.id === id)) throw new NotFound();
      return items.filter((one) => one.id !== id);
    });
  }

  /** What a macro proposes for the next reply, in the customer's language where it has words for it. */
  readonly proposed: FindReply = async (actor, ticket, id, reader) => {
    const macro = (await this.of(actor)).find((one) => one.id === id);
    if (!macro) return null;
    const { values, locale } = await this.fillings.of(ticket.id, actor.name);
    const text = filled(macro.translations[locale] ?? macro.text, values);
    const choices = reader && macro.actions.length > 0 ? await this.options.all(reader) : null;
    const said = choices ? macro.actions.map((action) => actionWords(reader!, action, choices)) : [];
    return { text, note: macro.note, actions: macro.actions, said };
  };
}
