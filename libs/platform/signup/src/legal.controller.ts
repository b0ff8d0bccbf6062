import { Get } from '@nestjs/common';
import { NotFound } from '@foyer/access';
import { Ask, type Asked, Guest, SiteController, View, type Visit } from '@foyer/web';
import { type LegalPage, LegalTexts } from './legal-texts.js';

/** What a business agrees to, and who runs the platform. */
@SiteController()
export class LegalController {
  constructor(private readonly legal: LegalTexts) {}

  @Get('terms')
  @Guest()
  @View('signup/site/legal')
  terms(@Ask() { visit }: Asked) {
    return this.page('terms', visit);
  }

  @Get('privacy')
  @Guest()
  @View('signup/site/legal')
  privacy(@Ask() { visit }: Asked) {
    return this.page('privacy', visit);
  }

  @Get('imprint')
  @Guest()
  @View('signup/site/legal')
  imprint(@Ask() { visit }: Asked) {
    return this.page('imprint', visit);
  }

  private page(page: LegalPage, visit: Visit) {
    const found = this.legal.text(page, visit.locale);
    if (!found) throw new NotFound();
    // Each `## heading` begins a part: the dialect of what people write knows no headings.
    const [begin = '', ...parts] = found.text.split(/^## +/m);
    const sections = parts.map((part) => {
      const [heading = '', ...lines] = part.split('\n');
      return { heading, text: lines.join('\n').trim() };
    });
    return { title: visit.t(`signup.legal.${page}`), locale: found.locale, begin: begin.trim(), sections };
  }
}
