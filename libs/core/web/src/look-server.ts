import type { Response } from 'express';
import { Injectable } from '@nestjs/common';
import { Themes } from '@foyer/theming';
import { plainPage } from './plain-page.js';
import type { FoyerRequest } from './request.js';

/** Serves what pages load: the theme's files by the hash of their content, and the tenant's own colours by their version. */
@Injectable()
export class LookServer {
  constructor(private readonly themes: Themes) {}

  async serve(req: FoyerRequest, res: Response): Promise<void> {
    const path = req.foyer.url.split('?')[0]!;
    if (path === '/theme.css') {
      const { css, version } = await this.themes.stylesheet();
      // An address with the current version never changes its content; the bare one may.
      const lasting = req.query['v'] === version;
      res.setHeader('Cache-Control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache');
      return void res.type('text/css').send(css);
    }
    const asset = await this.themes.serveAsset(path);
    if (!asset) return plainPage(res, 404, 'nothing-here');
    res.setHeader('Cache-Control', asset.cacheControl);
    res.setHeader('ETag', asset.etag);
    if (req.get('if-none-match') === asset.etag) return void res.status(304).end();
    res.type(asset.type).send(asset.body);
  }
}
