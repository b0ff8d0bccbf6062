import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { Ask, type Asked, ConsoleController, type FormState, seeOther, View, type Visit } from '@foyer/web';
import { choice, text } from '../resources/fields.js';
import { described } from '../resources/resource-change.js';
import { PORTAL_STATUSES } from '../sections.js';
import { Settings } from '../settings.js';
import { openedAs, pathOf, saveSection } from './settings-page.js';

const portalForm = z.object({ status: z.enum(PORTAL_STATUSES), message: z.string().trim().max(500).default('') });
const ABOUT = described('settings.portal', {
  status: choice(PORTAL_STATUSES, 'settings.portal.status', { label: 'settings.portal.status.label' }),
  message: text(500, { optional: true }),
});
const saving = { form: portalForm };

/** Open, in maintenance, or closed. */
@ConsoleController('settings/portal', { can: ['manage', 'Settings'] })
export class PortalController {
  constructor(private readonly settings: Settings) {}

  @Get()
  @View('settings/team/portal')
  async page(@Ask() { visit }: Asked) {
    return this.view(visit, visit.form(await openedAs(this.settings, 'portal', await this.settings.get('portal'))));
  }

  @Post()
  @View('settings/team/portal')
  async save(@Ask(saving) { visit, actor, form }: Asked<typeof saving>) {
    await saveSection(form, visit, ABOUT, (value, version) => this.settings.change(actor, 'portal', value, version));
    return form.failed ? this.view(visit, form) : seeOther(pathOf('portal'), 'settings.saved');
  }

  private view(visit: Visit, form: FormState) {
    return {
      form,
      statuses: PORTAL_STATUSES.map((value) => ({
        value,
        label: visit.t(`settings.portal.status.${value}`),
        hint: visit.t(`settings.portal.status.${value}-hint`),
        checked: form.values['status'] === value,
      })),
    };
  }
}
