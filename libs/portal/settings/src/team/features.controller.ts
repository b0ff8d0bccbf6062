import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { Ask, type Asked, ConsoleController, field, FormState, seeOther, View, type Visit } from '@foyer/web';
import { Features } from '../features.js';
import { flag } from '../resources/fields.js';
import { described } from '../resources/resource-change.js';
import { Settings } from '../settings.js';
import { openedAs, pathOf, saveSection } from './settings-page.js';

@ConsoleController('settings/features', { can: ['manage', 'Settings'] })
export class FeaturesController {
  constructor(
    private readonly settings: Settings,
    private readonly features: Features,
  ) {}

  @Get()
  @View('settings/team/features')
  async page(@Ask() { visit }: Asked) {
    return this.view(visit, visit.form(await openedAs(this.settings, 'features', {})));
  }

  private async view(visit: Visit, form: FormState<unknown>) {
    const chosen = await this.settings.get('features');
    return {
      form,
      features: this.features.all().map(({ name, label, description, icon }) => ({
        name,
        label: visit.t(label),
        description: visit.t(description),
        icon,
        on: this.features.isOn(name, chosen),
      })),
    };
  }

  private fields() {
    return Object.fromEntries(this.features.all().map(({ name, label }) => [name, flag(true, { label })]));
  }

  @Post()
  @View('settings/team/features')
  async save(@Ask() { visit, actor }: Asked) {
    const flags = Object.fromEntries(this.features.all().map(({ name }) => [name, field.flag]));
    const about = described('settings.features', this.fields());
    const form = visit.posted(z.object(flags));
    await saveSection(form, visit, about, (value, version) => this.settings.change(actor, 'features', value, version));
    return form.failed ? this.view(visit, form) : seeOther(pathOf('features'), 'settings.saved');
  }
}
