import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import type { PortalActor } from '@foyer/identity';
import {
  Ask,
  type Asked,
  ConsoleController,
  field,
  type FormState,
  id,
  Posts,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { MacroShelf } from './macro-shelf.js';
import { MACRO_MAX, shortcut } from './macros.js';
import { PLACEHOLDERS } from './placeholders.js';

const PATH = '/console/macros';
const ownForm = z.object({
  name: field.text(80),
  shortcut,
  text: field.lines(MACRO_MAX),
});
const adding = { form: ownForm };
const onItem = { params: { item: id } };

/** Replies that one agent keeps for themselves, and those the team has for them. */
@ConsoleController('macros', { feature: 'tickets', can: ['reply', 'Desk'] })
@Posts<typeof onItem, PortalActor, OwnMacrosController>(onItem, () => PATH, {
  ':item/removal': [({ shelf }, { actor, item }) => shelf.remove(actor, item), 'settings.collection.removed'],
})
export class OwnMacrosController {
  constructor(readonly shelf: MacroShelf) {}

  @Get()
  @View('service/team/own-macros')
  page(@Ask() { visit, actor }: Asked<object, PortalActor>) {
    return this.view(visit, actor, visit.form());
  }

  @Post()
  @View('service/team/own-macros')
  async add(@Ask(adding) { visit, actor, form }: Asked<typeof adding, PortalActor>) {
    await form.attempt((given) => this.shelf.add(actor, given));
    return form.failed ? this.view(visit, actor, form) : seeOther(PATH, 'settings.collection.added');
  }

  private async view(visit: Visit, actor: PortalActor, form: FormState<unknown>) {
    const all = await this.shelf.of(actor);
    const shown = ({ id, name, shortcut, text }: (typeof all)[number]) => ({
      id,
      name,
      shortcut,
      text,
      path: `${PATH}/${id}`,
    });
    return {
      form,
      own: all.filter(({ ownerId }) => ownerId !== null).map(shown),
      shared: all.filter(({ ownerId }) => ownerId === null).map(shown),
      placeholders: PLACEHOLDERS.map((name) => ({
        word: `{{${name}}}`,
        text: visit.t(`service.placeholder.${name.replace('.', '-')}`),
      })),
    };
  }
}
