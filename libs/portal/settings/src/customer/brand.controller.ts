import { Get, Res } from '@nestjs/common';
import { NotFound } from '@foyer/access';
import { Files } from '@foyer/files';
import { Ask, type Asked, DuringMaintenance, type FoyerResponse, Guest, PortalController } from '@foyer/web';
import { pictureUrl } from '../portal-site.js';
import { Settings } from '../settings.js';

const KINDS = ['logo', 'logoDark', 'favicon'] as const;
const isKind = (name: string): name is (typeof KINDS)[number] => (KINDS as readonly string[]).includes(name);
const onPicture = { params: { kind: String, version: String } };

/** Browsers ask for it unbidden, also on pages that name no icon. */
@PortalController()
export class FaviconController {
  constructor(private readonly settings: Settings) {}

  @Get('favicon.ico')
  @Guest()
  @DuringMaintenance()
  async icon(@Res() res: FoyerResponse) {
    const { favicon } = await this.settings.get('branding');
    res.setHeader('Cache-Control', 'public, max-age=300');
    if (favicon) res.redirect(302, pictureUrl('favicon', favicon));
    else res.status(204).end();
  }
}

/**
 * The pictures of the brand, on the portal's own host: mails link to them for years, and a picture drawn anew by us carries
 * nothing else. An old address shows today's picture, so that old mails keep their head.
 */
@PortalController('brand')
export class BrandController {
  constructor(
    private readonly settings: Settings,
    private readonly files: Files,
  ) {}

  @Get(':kind/:version')
  @Guest()
  @DuringMaintenance()
  async picture(@Ask(onPicture) { kind, version }: Asked<typeof onPicture>, @Res() res: FoyerResponse) {
    const branding = await this.settings.get('branding');
    const picture = isKind(kind) ? branding[kind] : null;
    if (!picture || !/^[0-9a-f]{12}\.png$/.test(version)) throw new NotFound();
    const current = version === `${picture.sha256.slice(0, 12)}.png`;
    res.setHeader('Content-Type', 'image/png');
    // Mail programs on the web show it within pages of their own.
    res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    res.setHeader('Cache-Control', current ? 'public, max-age=31536000, immutable' : 'public, max-age=300');
    await this.files.send(picture, res);
  }
}
