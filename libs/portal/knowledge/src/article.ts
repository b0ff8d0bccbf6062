import { z } from 'zod';
import { declareItems } from '@foyer/settings';

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

const article = z.object({
  id: z.uuid(),
  title: z.string().trim().min(1).max(200),
  /** Where it is: on the operator's own pages, in the handbook, at a maker's. */
  url: webAddress,
  /** What it answers, in a sentence. */
  text: z.string().trim().max(300).default(''),
  /** Other words people use for it. */
  words: z.string().trim().max(300).default(''),
  /** The language it is written in; null: for readers of any. */
  locale: z.string().max(10).nullable().default(null),
  audience: z.enum(AUDIENCES).default('everybody'),
  enabled: z.boolean().default(true),
});
export type Article = z.output<typeof article>;
export const articleContent = article.omit({ id: true });

/** Articles that the operator keeps elsewhere, and wants found here. */
export const articles = declareItems<Article>('articles', article);
