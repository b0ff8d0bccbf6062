import { Get, Post } from '@nestjs/common';
import type { z } from 'zod';
import type { Actor } from '@foyer/access';
import {
  Can,
  ConsoleController,
  CurrentActor,
  CurrentVisit,
  Form,
  type FormState,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { legal, LEGAL_PAGES } from '../legal.js';
import { Settings } from '../settings.js';
import { pathOf } from './settings-page.js';

type LegalForm = FormState<z.output<typeof legal>>;

/** What the law wants said: a text, or where it stands. */
@Can('manage', 'Settings')
@ConsoleController('settings/legal')
export class LegalSettingsController {
  constructor(private readonly settings: Settings) {}

  @Get()
  @View('settings/team/legal')
  async page(@CurrentVisit() visit: Visit) {
    return { form: visit.form(await this.settings.get('legal')), pages: LEGAL_PAGES };
  }

  @Post()
  @View('settings/team/legal')
  async save(@CurrentActor() actor: Actor, @Form(legal) form: LegalForm) {
    await form.attempt((value) => this.settings.change(actor, 'legal', value));
    return form.failed ? { form, pages: LEGAL_PAGES } : seeOther(pathOf('legal'), 'settings.saved');
  }
}
