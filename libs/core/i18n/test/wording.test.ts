import { IntlMessageFormat } from 'intl-messageformat';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LOCALES } from '../src/index.js';

const ROOT = join(import.meta.dirname, '../../../..');
type Elements = ReturnType<IntlMessageFormat['getAst']>;
type Text = { where: string; key: string; locale: string; text: string };

/** What the interface says, in all languages. */
const interfaceTexts: Text[] = globSync('libs/*/*/locales/*.json', { cwd: ROOT }).flatMap((file) =>
  [...leaves(JSON.parse(readFileSync(join(ROOT, file), 'utf8')))].map(([key, text]) => ({
    ...{ where: file, key, text },
    locale: basename(file, '.json'),
  })),
);

/** What the packs say: `name` is English, `nameI18n: { de, … }` its translations; other files keep texts by language. */
const packTexts: Text[] = globSync('tenants/*/*.json', { cwd: ROOT }).flatMap((file) =>
  [...leaves(JSON.parse(readFileSync(join(ROOT, file), 'utf8')))].flatMap(([key, text]) => {
    const locale = key.split('.').find((part) => LOCALES.includes(part as 'en'));
    return locale ? [{ where: file, key, text, locale }] : [];
  }),
);

/** The glossary's word for what stands on the left. */
const WORDS: Record<string, [forbidden: RegExp, instead: string][]> = {
  en: [
    [/\be-mails?\b/i, 'email'],
    [/(?<![-/])\bmails?\b/i, 'email'],
    [/\b(some|any|every)body\b/i, 'someone, anyone, everyone'],
    [/\bnobody\b/i, 'no one; Unassigned'],
    [/\bby (itself|themselves)\b/i, 'automatically'],
    [/\b(is|are) gone\b/i, 'deleted, removed'],
    [/\bput away\b/i, 'archived'],
    [/\bcapabilit(y|ies)\b/i, 'permission'],
    [/\b(take|took|taken) back\b/i, 'undo'],
    [/\b(too late|overdue since)\b/i, 'missed'],
    [/\bwhoever\b/i, 'the person, people who'],
    [/\bcolleagues?\b/i, 'team member; other people in the company'],
    [/\bany more\b/i, 'no longer'],
    [/\b(fits?|fitting)\b/i, 'matches, is found'],
    [/\bhelp articles?\b/i, 'knowledge base, article'],
    [/\b(color|organization|recognize)\w*\b/i, 'British spelling: colour, organisation'],
  ],
  de: [
    [/(?<!E-)\bMails?\b/, 'E-Mail'],
    [/Firm(a|en)(?!ennamen)/, 'Unternehmen'],
    [/Anfragetyp|Art der Anfrage/, 'Anfrageart'],
    [/Textbaustein|\bBaustein/, 'Makro'],
    [/Automatik/, 'Automation'],
    [/Antwortzeit/, 'Reaktionszeit'],
    [/Öffnungszeiten/, 'Geschäftszeiten'],
    [/Fähigkeit/, 'Recht'],
    [/abgelegt|Abgelegt/, 'archiviert'],
    [/Zugewiesen an/, 'Zuständig'],
    [/Testzeit|Im Test\b/, 'Testphase'],
    [/Kennwort/, 'Passwort'],
    [/\b(du|dir|dich|dein\w*)\b/, 'Sie, Ihr'],
  ],
  fr: [
    [/(?<![-\p{L}])mails?\b/iu, 'e-mail'],
    [/(?<!\p{L})sociétés?(?!\p{L})/iu, 'entreprise'],
    [/capacités?\b/i, 'autorisation'],
    [/mise? de côté/i, 'archivé'],
    [/\bparamètres?\b/i, 'réglages'],
    [/\bscinder\b/i, 'séparer'],
    [/locataire/i, 'organisation'],
    [/administrateurs? de l’entreprise/i, 'admin de l’entreprise'],
    [/(?<!\p{L})(tu|toi|ton|tes)(?!\p{L})/iu, 'vous, votre'],
  ],
  es: [
    [/tipos? de consulta/i, 'tipo de solicitud'],
    [/combinar/i, 'fusionar'],
    [/capacidad/i, 'permiso'],
    [/configuración/i, 'ajustes'],
    [/inquilino/i, 'organización'],
    [/\bBienvenid[oa] a\b/, 'Le damos la bienvenida a'],
    [/(?<!\p{L})(tú|tuyo|quieres|confirma que)(?!\p{L})/iu, 'usted'],
  ],
  ar: [
    [/كلمة السر/, 'كلمة المرور'],
    [/مدير الشركة|مديرو الشركة|مديري الشركات/, 'مسؤول الشركة'],
    [/القدر(ة|ات)(?![\u0621-\u064a])/, 'الصلاحية'],
    [/رد جاهز|الردود الجاهزة|الرد الجاهز|ردود جاهزة/, 'الماكرو'],
    [/(?<![\u0621-\u064a])الموقع(?![\u0621-\u064a])/, 'البوابة'],
    [/المستأجر/, 'المؤسسة'],
    [/استبيان/, 'الاستطلاع'],
    [/عنوانكم|عملاؤكم|بريدكم/, 'المخاطبة بالمفرد'],
    [/\u0627\u064b/, 'ـًا (التنوين قبل الألف)'],
    [/[\u0621-\u064a] ?,/, 'الفاصلة العربية ،'],
  ],
};

/** By locale and word, with the reason why it is right there. */
const EXCEPTIONS: [where: RegExp, text: RegExp, because: string][] = [
  [/correspondence|tenants/, /Mailgun|SendGrid/, 'names of services'],
];

const findings = (texts: Text[], wrong: (text: string, one: Text) => string | undefined) =>
  texts
    .filter(({ where, text }) => !EXCEPTIONS.some(([at, said]) => at.test(where) && said.test(text)))
    .flatMap((one) => {
      const say = wrong(one.text, one);
      return say ? [`${one.where} ${one.key}: ${say} – ${one.text}`] : [];
    });

describe.each(LOCALES)('the words of %s', (locale) => {
  const ours = interfaceTexts.filter((one) => one.locale === locale);
  const all = [...ours, ...packTexts.filter((one) => one.locale === locale)];

  test('are those of the glossary', () => {
    const forbidden = WORDS[locale]!;
    const found = findings(ours, (text) => {
      const [, instead] = forbidden.find(([word]) => word.test(spoken(text))) ?? [];
      return instead && `say “${instead}”`;
    });
    expect(found).toEqual([]);
  });

  test('are calm: no exclamation marks, no dots for a pause', () => {
    expect(findings(all, (text) => (/!|\.\.\.|\bOops\b/.test(text) ? 'calm' : undefined))).toEqual([]);
  });

  test('have typographic apostrophes and quotation marks, and no blank at an end or before an end', () => {
    const wrong = (text: string, { key }: Text) =>
      /['"]/.test(spoken(text))
        ? 'typewriter’s mark'
        : / [.,…]|^ | {2}/.test(text)
          ? 'blank'
          : /[^,،] $/.test(text) && key;
    expect(findings(ours, (text, one) => wrong(text, one) || undefined)).toEqual([]);
  });

  test('explain in short sentences', () => {
    const long = (text: string) =>
      variants(parse(text))
        .join('. ')
        .split(/(?<=[.?!؟])\s+/)
        .some((sentence) => sentence.length > 190);
    expect(findings(ours, (text) => (long(text) ? 'a sentence of more than 190 letters' : undefined))).toEqual([]);
  });
});

test('labels are in sentence case', () => {
  const names =
    /JavaScript|Foyer|Northwind Bikes|IMAP|SMTP|Net Promoter Score|Head office|Ana|Mailgun|SendGrid|Postmark|Active Directory/;
  const titled = (text: string) => /^(?:[A-Z][a-z]+ ){1,4}[A-Z][a-z]+$/.test(text) && !names.test(text);
  const english = interfaceTexts.filter((one) => one.locale === 'en');
  expect(findings(english, (text) => (titled(text) ? 'capitals inside' : undefined))).toEqual([]);
});

test('French has narrow no-break spaces where it has spaces before signs', () => {
  const french = [...interfaceTexts, ...packTexts].filter((one) => one.locale === 'fr');
  expect(findings(french, (text) => (/[ \u00a0][;:!?»]|«[ \u00a0]/.test(text) ? 'U+202F' : undefined))).toEqual([]);
});

test('what names something ends as the language has it, not with a colon that a template sets', () => {
  const set = globSync(['libs/*/*/templates/**/*.hbs', 'tenants/*/theme/templates/**/*.hbs'], { cwd: ROOT }).filter(
    (file) => /\}\}(<\/\w+>)?: /.test(readFileSync(join(ROOT, file), 'utf8')),
  );
  expect(set).toEqual([]);
});

describe('Arabic', () => {
  const arabic = interfaceTexts.filter((one) => one.locale === 'ar');

  test('has all six forms around a number', () => {
    const wrong = (text: string) =>
      plurals(parse(text))
        .map((forms) => ['zero', 'one', 'two', 'few', 'many', 'other'].filter((form) => !forms.has(form)))
        .find((missing) => missing.length > 0)
        ?.join(', ');
    expect(findings(arabic, wrong)).toEqual([]);
  });

  test('has another form for a hundred than for eleven, and says no “one” for zero', () => {
    const wrong = (text: string) =>
      /\bother \{[^{}]*# [\u0621-\u0652]+\u064b/.test(text) || /zero \{[^{}#]*واحد/.test(text) ? 'form' : undefined;
    expect(findings(arabic, wrong)).toEqual([]);
  });

  test('isolates names and values, which may be Latin', () => {
    const bare = (text: string) =>
      /[\u0621-\u064a]/.test(text) ? /(?<![\u2068[])\{[A-Za-z]\w*\}(?!\u2069)/.exec(text)?.[0] : undefined;
    expect(findings(arabic, bare)).toEqual([]);
  });
});

function* leaves(node: unknown, path: string[] = []): Generator<[string, string]> {
  if (typeof node === 'string') yield [path.join('.'), node];
  else if (node && typeof node === 'object')
    for (const [key, value] of Object.entries(node)) yield* leaves(value, [...path, key]);
}

const parse = (text: string): Elements => new IntlMessageFormat(text, 'en', undefined, { ignoreTag: true }).getAst();

/** What a reader may see of a message, each form of a plural for itself: without the names of arguments and forms. */
function variants(elements: Elements): string[] {
  return elements.reduce<string[]>(
    (until, element) => {
      const next =
        'options' in element
          ? Object.values(element.options).flatMap(({ value }) => variants(value))
          : ['value' in element && element.type === LITERAL ? element.value : ''];
      return until.flatMap((before) => next.map((after) => before + after));
    },
    [''],
  );
}

const LITERAL = 0;
const spoken = (text: string): string => variants(parse(text)).join(' ');

/** The forms that each plural has; `=0` stands for zero. */
function plurals(elements: Elements): Set<string>[] {
  return elements.flatMap((element) => {
    if (!('options' in element)) return [];
    const within = Object.values(element.options).flatMap(({ value }) => plurals(value));
    if (!('offset' in element)) return within;
    return [new Set(Object.keys(element.options).map((form) => (form === '=0' ? 'zero' : form))), ...within];
  });
}
