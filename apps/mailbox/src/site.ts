import express, { type Express, type Response } from 'express';
import type { Letterbox } from './letterbox.js';
import { assets, letterPage, listPage, missingPage } from './page.js';

const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/** A mail may show pictures and its own styles, and open links in a new tab; nothing in it runs. */
const MAIL_POLICY =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data: http: https:; frame-ancestors 'self'";

/** The page that shows what was sent, and the same as JSON for tests. */
export function mailboxSite(letterbox: Letterbox): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use((_request, response, next) => {
    response.set({
      'Content-Security-Policy': PAGE_POLICY,
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
    });
    next();
  });

  for (const [path, { type, body }] of Object.entries(assets))
    app.get(path, (_request, response) => void response.type(type).send(body));

  app.get('/', (request, response) => {
    const to = text(request.query['to']);
    response.send(listPage({ letters: letterbox.list({ to }), to: to ?? '' }));
  });

  app.get('/messages', (request, response) => {
    response.json(letterbox.list({ to: text(request.query['to']), subject: text(request.query['subject']) }));
  });

  app.delete('/messages', async (_request, response) => {
    await letterbox.empty();
    response.sendStatus(204);
  });

  app.post('/empty', async (request, response) => {
    // A browser says where a form comes from; another site's form must not empty the mailbox.
    if (request.headers['sec-fetch-site'] && request.headers['sec-fetch-site'] !== 'same-origin')
      return void response.sendStatus(403);
    await letterbox.empty();
    response.redirect(303, '/');
  });

  app.param('id', (_request, response, next, id: string) => {
    if (letterbox.find(id)) next();
    else response.status(404).send(missingPage({}));
  });

  app.get('/messages/:id', (request, response) => {
    response.send(letterPage({ letter: letterbox.find(request.params.id)! }));
  });

  app.get('/messages/:id/html', async (request, response) => {
    response.set('Content-Security-Policy', MAIL_POLICY).type('html');
    const { html } = await letterbox.read(request.params.id);
    response.send(`<!doctype html><base target="_blank">${html || ''}`);
  });

  app.get('/messages/:id/source', (request, response) => {
    response.type('text/plain').sendFile(letterbox.fileOf(request.params.id), { dotfiles: 'allow' });
  });

  app.get('/messages/:id/attachments/:number', async (request, response) => {
    const attachment = (await letterbox.read(request.params.id)).attachments[Number(request.params.number)];
    if (!attachment) return void response.status(404).send(missingPage({}));
    download(response, attachment.filename ?? 'attachment', attachment.content);
  });

  app.use((_request, response) => void response.status(404).send(missingPage({})));
  return app;
}

const text = (value: unknown) => (typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined);

function download(response: Response, name: string, content: Buffer): void {
  response.attachment(name).type('application/octet-stream').send(content);
}
