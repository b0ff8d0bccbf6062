import { readFileSync } from 'node:fs';
import { domainToUnicode } from 'node:url';
import Handlebars from 'handlebars';
import type { Letter } from './letter.js';

const handlebars = Handlebars.create();
handlebars.registerHelper('when', (iso: string) =>
  new Date(iso).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' }),
);
/** Domains as people write them: the DNS has `müller.example` as `xn--mller-kva.example` (RFC 5891). */
handlebars.registerHelper('readable', (text: string) =>
  text.replace(/(?<=@)[^\s<>,;:"@]*\bxn--[^\s<>,;:"@]*/gi, (domain) => domainToUnicode(domain) || domain),
);
handlebars.registerHelper('ne', (a: unknown, b: unknown) => a !== b);
handlebars.registerHelper(
  'kilobytes',
  (bytes: number) => `${Math.max(1, Math.round(bytes / 1024)).toLocaleString('en-GB')} KB`,
);

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const template = (name: string) => handlebars.compile(read(`templates/${name}.hbs`), { strict: true });
handlebars.registerPartial('layout', read('templates/layout.hbs'));

export const listPage: (view: { letters: Letter[]; to: string }) => string = template('list');
export const letterPage: (view: {
  letter: Letter;
  /** Whether it can be answered from here. */
  answers: boolean;
  /** What became of an answer: `sent`, or what was typed and could not be sent. */
  sent: boolean;
  unsent: string | null;
}) => string = template('letter');
export const missingPage: (view: object) => string = template('missing');
export const assets: Record<string, { type: string; body: string }> = {
  '/mailbox.css': { type: 'text/css; charset=utf-8', body: read('assets/mailbox.css') },
  '/mailbox.js': { type: 'text/javascript; charset=utf-8', body: read('assets/mailbox.js') },
};
