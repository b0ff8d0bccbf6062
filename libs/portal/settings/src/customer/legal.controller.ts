import { Get } from '@nestjs/common';
import { NotFound } from '@foyer/access';
import { Ask, type Asked, DuringMaintenance, Guest, PortalController, seeOther, View } from '@foyer/web';
import { isAddress, LEGAL_PAGES, type LegalPage, legalText } from '../legal.js';
import { Settings } from '../settings.js';

const isPage = (name: string): name is LegalPage => (LEGAL_PAGES as readonly string[]).includes(name);
const onPage = { params: { page: String } };

/** Imprint, privacy and terms, for everybody and at all times. */
@PortalController('legal')
export class LegalController {
  constructor(private readonly settings: Settings) {}

  @Get(':page')
  @Guest()
  @DuringMaintenance()
  @View('settings/customer/legal')
  async page(@Ask(onPage) { visit, page }: Asked<typeof onPage>) {
    const written = isPage(page) ? legalText(await this.settings.get('legal'), page, visit.locale) : '';
    if (!written) throw new NotFound();
    if (isAddress(written)) return seeOther(written);
    return { title: visit.t(`settings.legal.${page}`), text: written };
  }
}
