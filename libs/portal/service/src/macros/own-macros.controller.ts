import { Get, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { z } from 'zod';
import type { PortalActor } from '@foyer/identity';
import {
  Can,
  ConsoleController,
  CurrentActor,
  CurrentVisit,
  Feature,
  field,
  Form,
  type FormState,
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
type OwnForm = FormState<z.output<typeof ownForm>>;

/** Replies that one agent keeps for themselves, and those the team has for them. */
@Can('reply', 'Desk')
@Feature('tickets')
@ConsoleController('macros')
export class OwnMacrosController {
  constructor(private readonly shelf: MacroShelf) {}

  @Get()
  @View('service/team/own-macros')
  page(@CurrentVisit() visit: Visit, @CurrentActor() actor: PortalActor) {
    return this.view(visit, actor, visit.form());
  }

  @Post()
  @View('service/team/own-macros')
  async add(@CurrentVisit() visit: Visit, @CurrentActor() actor: PortalActor, @Form(ownForm) form: OwnForm) {
    await form.attempt((given) =>
      this.shelf.add(actor, { ...given, groupId: null, note: false, translations: {}, actions: [] }),
    );
    return form.failed ? this.view(visit, actor, form) : seeOther(PATH, 'settings.collection.added');
  }

  @Post(':item/removal')
  async remove(@CurrentActor() actor: PortalActor, @Param('item', ParseUUIDPipe) id: string) {
    await this.shelf.remove(actor, id);
    return seeOther(PATH, 'settings.collection.removed');
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
