import { z } from 'zod';
import { LOCALES } from '@foyer/i18n';
import { InvalidField } from '@foyer/access';
import {
  choice,
  declareResourceRows,
  flag,
  languageReference,
  line,
  optionalReference,
  type ResourceItem,
  text,
} from '@foyer/settings';

/** Who is shown it: whoever comes, those who have signed in, the team alone. */
export const AUDIENCES = ['everybody', 'signed-in', 'team'] as const;
export type Audience = (typeof AUDIENCES)[number];

/** A link people may follow: the web alone, no scripts, no credentials in the address. */
export const webAddress = z
  .url({ protocol: /^https?$/, hostname: z.regexes.domain, error: 'knowledge.article.address-wrong' })
  .max(500)
  .refine((address) => {
    const url = URL.parse(address);
    return url !== null && url.username === '' && url.password === '';
  }, 'knowledge.article.address-wrong');

/** Articles that the operator keeps elsewhere, and wants found here. */
export const articles = declareResourceRows(
  'articles',
  {
    one: 'article',
    words: 'knowledge',
    page: { path: 'articles', group: 'service', icon: 'book', order: 55, feature: 'knowledge' },
    pack: { name: 'knowledge', order: 50, isSame: ({ url }, given) => url === given.url },
    fields: {
      title: text(200, { label: 'knowledge.article.title' }),
      /** Where it is: on the operator's own pages, in the handbook, at a maker's. */
      url: line(webAddress, 500, { kind: 'url', label: 'knowledge.article.address', hint: true }),
      /** What it answers, in a sentence. */
      text: text(300, { optional: true, label: 'knowledge.article.text', hint: true }),
      /** Other words people use for it. */
      words: text(300, { optional: true, label: 'knowledge.article.words', hint: true }),
      audience: choice(AUDIENCES, 'knowledge.audience', {
        byDefault: 'everybody',
        label: 'knowledge.article.audience',
      }),
      /** The language it is written in; null: for readers of any. */
      locale: optionalReference(languageReference, {
        ...{ label: 'knowledge.article.language', none: 'knowledge.article.any-language' },
        ...{ id: z.enum(LOCALES, 'web.form.choice'), ofSeveral: true },
      }),
      enabled: flag(true, { inList: true }),
    },
    row: ({ url, audience }, { t }) => ({
      text: url,
      badge: audience === 'everybody' ? null : { label: t(`knowledge.audience.${audience}`), tone: 'info' },
    }),
    check({ url }, _before, others) {
      const same = others.find((one) => one.url === url);
      if (same) throw new InvalidField('url', 'knowledge.article.known', { title: same.title });
    },
  },
  { team: 500 },
);
export type Article = ResourceItem<typeof articles>;
