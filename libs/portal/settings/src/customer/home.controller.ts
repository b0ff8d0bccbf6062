import { Get } from '@nestjs/common';
import { Ask, type Asked, Guest, PortalController, View } from '@foyer/web';
import { Features } from '../features.js';
import { PortalHome } from '../home.js';
import { Settings } from '../settings.js';

/** The first page of the portal: search, a few things to do, and what the features have to show. */
@PortalController()
export class HomeController {
  constructor(
    private readonly home: PortalHome,
    private readonly features: Features,
    private readonly settings: Settings,
  ) {}

  @Get()
  @Guest()
  @View('settings/customer/home')
  async page(@Ask() { visit, actor }: Asked) {
    const chosen = await this.settings.get('features');
    const { search, actions, sections } = await this.home.for(actor, visit, (feature) =>
      this.features.isOn(feature, chosen),
    );
    return {
      search: search && { action: search.action, label: visit.t(search.label) },
      actions: actions.map(({ href, icon, label, text }) => ({
        href,
        icon,
        label: visit.t(label),
        text: visit.t(text),
      })),
      sections,
    };
  }
}
