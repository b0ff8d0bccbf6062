import { constants } from 'node:zlib';
import compression from 'compression';
import type { Request, RequestHandler, Response } from 'express';

/**
 * Answers are sent compressed, but not where what somebody else chooses stands beside what is secret: whoever can have a
 * signed-in browser ask again and again for an address with words of theirs in it reads the secret off the sizes
 * (BREACH, CVE-2013-3587). The token of forms looks different in each answer for the same reason.
 */
export const packing: RequestHandler = compression({
  threshold: 1_024,
  level: 4,
  brotli: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
  filter: (req, res) => isQuiet(req, res) && compression.filter(req, res),
});

function isQuiet(req: Request, res: Response): boolean {
  const type = String(res.getHeader('Content-Type') ?? '');
  if (type.startsWith('text/event-stream')) return false; // it would wait for more
  if (!type.startsWith('text/html')) return true;
  const asked = req.method === 'GET' || req.method === 'HEAD';
  return !req.headers.cookie || (asked && !req.url.includes('?'));
}
