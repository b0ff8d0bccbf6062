import type { Response } from 'express';

/** The page of last resort: for hosts nobody has and for when even the theme fails. It names no vendor and needs nothing. */
export function plainPage(res: Response, status: number, text: string, reference?: string): void {
  const more = reference ? `<p>Reference: <code>${reference}</code></p>` : '';
  res
    .status(status)
    .setHeader('Content-Type', 'text/html; charset=utf-8')
    .setHeader('Cache-Control', 'no-store')
    .end(
      `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${text}</title><main><h1>${text}</h1>${more}</main></html>`,
    );
}
