import { createHash } from 'node:crypto';
import type { Response } from 'express';
import { direction, LOCALES, negotiateLocale, translate } from '@foyer/i18n';

/** What is wrong, as part of a message key. */
export type PlainNews = 'nothing-here' | 'no-portal' | 'suspended' | 'away' | 'failed' | 'unreadable';

const STYLE = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:Canvas;color:CanvasText}
main{max-width:32rem;padding:2rem;display:grid;gap:.75rem}
p{margin:0;opacity:.75}h2{margin:1rem 0 0;font-size:1rem}.words{opacity:1;white-space:pre-wrap;overflow-wrap:anywhere}h1{margin:0;font-size:1.75rem;line-height:1.2}`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/**
 * The page of last resort: for hosts nobody has, for portals that are closed and for when even the theme fails. It names
 * no vendor, needs nothing and speaks the browser's language. `name` is whose portal it was to be, `words` what was typed and is to be copied.
 */
export function plainPage(
  res: Response,
  status: number,
  news: PlainNews,
  { name, reference, words = [] }: { name?: string; reference?: string | undefined; words?: string[] | undefined } = {},
): void {
  const locale = negotiateLocale(res.req.get('accept-language'), [...LOCALES], 'en');
  const say = (part: string) => escaped(translate(locale, `web.plain.${news}.${part}`));
  const above = name ? `<p>${escaped(name)}</p>` : '';
  const more = reference ? `<p>${escaped(translate(locale, 'web.plain.reference', { reference }))}</p>` : '';
  const plain = (part: string) => escaped(translate(locale, `web.plain.${part}`));
  const typed = words.map((text) => `<p class="words" dir="auto">${escaped(text)}</p>`).join('');
  const again = typed && `<h2>${plain('typed')}</h2><p>${plain('copy')}</p>${typed}`;
  res
    .status(status)
    .setHeader('Content-Type', 'text/html; charset=utf-8')
    .setHeader('Cache-Control', 'no-store')
    .setHeader(
      'Content-Security-Policy',
      `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    )
    .end(
      `<!doctype html><html lang="${locale}" dir="${direction(locale)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${say('title')}</title><style>${STYLE}</style></head><body><main>${above}<h1>${say('title')}</h1><p>${say('text')}</p>${more}${again}</main></body></html>`,
    );
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => ENTITIES[sign]!);
