import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';

const handlebars = Handlebars.create();
handlebars.registerHelper('eq', (a: unknown, b: unknown) => a === b);

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
for (const name of ['layout', 'field', 'card', 'address', 'tax-id'])
  handlebars.registerPartial(name, read(`templates/${name}.hbs`));

const template = (name: string): ((view: object) => string) => handlebars.compile(read(`templates/${name}.hbs`));

export const views = {
  checkout: template('checkout'),
  bank: template('bank'),
  message: template('message'),
  invoice: template('invoice'),
  portal: template('portal'),
  dashboard: template('dashboard'),
};

export const stylesheet = read('assets/sandbox.css');

const COUNTRIES =
  'AE AT AU BE BG CA CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IT LT LU LV MT NL NO NZ PL PT RO SA SE SI SK US'.split(
    ' ',
  );
const names = new Intl.DisplayNames('en', { type: 'region' });
export const countries = COUNTRIES.map((code) => ({ code, name: names.of(code)! })).sort((a, b) =>
  a.name.localeCompare(b.name),
);

export const day = (at: number): string =>
  new Date(at * 1_000).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

export const moment = (at: number): string =>
  new Date(at * 1_000).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });
