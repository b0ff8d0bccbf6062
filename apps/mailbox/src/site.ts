import express, { type Express, type Request, type Response } from 'express';
import { type Answer, canBeAnswered } from './answer.js';
import type { Letterbox } from './letterbox.js';
import { assets, letterPage, listPage, missingPage } from './page.js';

const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/** A mail may show pictures and its own styles, and open links in a new tab; nothing in it runs. */
const MAIL_POLICY =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data: http: https:; frame-ancestors 'self'";

/** The page that shows what was sent, and the same as JSON for tests. With `answer`, mails can be answered. */
export function mailboxSite(letterbox: Letterbox, answer: Answer | null = null): Express {
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
    if (!fromHere(request)) return void response.sendStatus(403);
    await letterbox.empty();
    response.redirect(303, '/');
  });

  app.param('id', (_request, response, next, id: string) => {
    if (letterbox.find(id)) next();
    else response.status(404).send(missingPage({}));
  });

  app.get('/messages/:id', (request, response) => {
    const letter = letterbox.find(request.params.id)!;
    const sent = request.query['sent'] !== undefined;
    response.send(letterPage({ letter, answers: answer !== null && canBeAnswered(letter), sent, unsent: null }));
  });

  app.post('/messages/:id/answer', express.urlencoded({ extended: false, limit: '1mb' }), async (request, response) => {
    if (!fromHere(request)) return void response.sendStatus(403);
    const letter = letterbox.find(request.params['id'] as string)!;
    const typed = text((request.body as Record<string, unknown>)['text']) ?? '';
    const answers = answer !== null && canBeAnswered(letter);
    if (!answers) return void response.sendStatus(404);
    const sent =
      typed !== '' &&
      (await answer(letter, typed)
        .then(() => true)
        .catch(() => false));
    if (sent) return void response.redirect(303, `/messages/${letter.id}?sent`);
    response.status(422).send(letterPage({ letter, answers, sent: false, unsent: typed }));
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

/** A browser says where a form comes from; another site's form must neither empty the mailbox nor write for anybody. */
const fromHere = ({ headers }: Request) => [undefined, 'same-origin'].includes(headers['sec-fetch-site'] as string);

const text = (value: unknown) => (typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined);

function download(response: Response, name: string, content: Buffer): void {
  response.attachment(name).type('application/octet-stream').send(content);
}
