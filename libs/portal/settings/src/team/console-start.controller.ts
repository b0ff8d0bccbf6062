import { Get, Inject } from '@nestjs/common';
import { NotFound } from '@foyer/access';
import { type Config, CONFIG } from '@foyer/config';
import { Ask, type Asked, ConsoleController, seeOther, show, View } from '@foyer/web';
import { Features } from '../features.js';
import { Navigation } from '../navigation.js';
import { Settings } from '../settings.js';

/** `/console` leads to the first thing that this member of the team has to do with, or says that there is none. */
@ConsoleController()
export class ConsoleStartController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly navigation: Navigation,
    private readonly features: Features,
    private readonly settings: Settings,
  ) {}

  @Get()
  async start(@Ask() { actor }: Asked) {
    const chosen = await this.settings.get('features');
    const [first] = this.navigation.for('console', actor, (feature) => this.features.isOn(feature, chosen));
    return first ? seeOther(first.href) : show('settings/team/no-access', {});
  }

  /** Everything pages are made of, for those who build them. */
  @Get('components')
  @View('settings/team/components')
  components(@Ask() { visit }: Asked) {
    if (this.config.env === 'production') throw new NotFound();
    const form = { values: {}, errors: { email: visit.t('web.form.email') }, failed: true };
    return { form, now: new Date().toISOString(), earlier: new Date(Date.now() - 86_400_000).toISOString() };
  }
}
