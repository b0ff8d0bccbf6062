import type { Request, Response } from 'express';
import { Injectable, Logger } from '@nestjs/common';
import { NotFound } from '@foyer/access';
import { inTenant, isOperating, TenantDirectory } from '@foyer/tenancy';
import { FileLinks } from './file-links.js';
import { contentDisposition } from './file-name.js';
import { Files } from './files.js';
import type { ByteRange } from './storage.js';
import type { StoredFile } from './stored-file.entity.js';

/** The host `files.`: hands out uploaded content by signed address, and nothing else, where it can do no harm. */
@Injectable()
export class FileServer {
  private readonly log = new Logger('Files');

  constructor(
    private readonly files: Files,
    private readonly links: FileLinks,
    private readonly directory: TenantDirectory,
  ) {}

  async serve(req: Request, res: Response): Promise<void> {
    if (req.method !== 'GET' && req.method !== 'HEAD') return plain(res, 405, 'Only GET is possible here.');
    const link = this.links.read(req.originalUrl);
    const tenant = link && (await this.directory.bySchema(link.schema));
    if (!link || !tenant || !isOperating(tenant))
      return plain(res, 404, 'This link is not valid, or no longer. Open the page it was on again.');
    try {
      await inTenant(tenant, async () => {
        const fresh = Math.max(0, link.expires - Math.floor(Date.now() / 1000));
        await this.give(req, res, await this.files.find(link.fileId), fresh);
      });
    } catch (error) {
      if (error instanceof NotFound) return plain(res, 404, 'This file is no longer here.');
      this.log.warn((error as Error).message);
      if (res.headersSent) res.destroy();
      else plain(res, 503, 'The file cannot be read at the moment. Try again in a minute.');
    }
  }

  /** Answers with the file, or the part of it that is asked for; it may be kept for so many seconds. Check the permission first. */
  async give(req: Request, res: Response, file: StoredFile, seconds: number): Promise<void> {
    const size = Number(file.size);
    const etag = `"${file.sha256}"`;
    res.set({
      'Content-Type': file.type.startsWith('text/') ? `${file.type}; charset=utf-8` : file.type,
      'Content-Disposition': contentDisposition(file.name),
      'Content-Security-Policy': "sandbox; default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
      'X-Content-Type-Options': 'nosniff',
      // Portals on their own domains show pictures from here.
      'Cross-Origin-Resource-Policy': 'cross-origin',
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': `private, max-age=${seconds}, immutable`,
      'Accept-Ranges': 'bytes',
      ETag: etag,
    });
    if (req.get('if-none-match') === etag) return void res.status(304).end();

    const range = req.get('range') ? rangeOf(req.get('range')!, size) : undefined;
    if (range === null) return void res.status(416).set('Content-Range', `bytes */${size}`).end();
    if (range) res.status(206).set('Content-Range', `bytes ${range.start}-${range.end}/${size}`);
    res.set('Content-Length', String(range ? range.end - range.start + 1 : size));
    if (req.method === 'HEAD') return void res.end();
    await this.files.send(file, res, range);
  }
}

/** One range of bytes, as players ask for; several at once are answered with the whole. Null cannot be satisfied. */
function rangeOf(header: string, size: number): ByteRange | null | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header);
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const start = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = match[1] === '' || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  return start > end || start >= size ? null : { start, end };
}

function plain(res: Response, status: number, text: string): void {
  res
    .status(status)
    .set({
      'Cache-Control': 'no-store',
      'Content-Security-Policy': "sandbox; default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    })
    .type('text/plain')
    .send(text);
}
