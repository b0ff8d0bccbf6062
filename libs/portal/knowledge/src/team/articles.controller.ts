import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { languageNameIn } from '@foyer/i18n';
import { CollectionController, Collections, Settings } from '@foyer/settings';
import { Can, ConsoleController, Feature, field, type FormState, type Visit } from '@foyer/web';
import { type Article, articles, AUDIENCES, webAddress } from '../article.js';

const form = z.object({
  title: field.text(200),
  url: z.string().trim().pipe(webAddress),
  text: field.optionalText(300),
  words: field.optionalText(300),
  locale: field.optionalText(10),
  audience: z.enum(AUDIENCES, 'web.form.choice'),
});
type Input = z.output<typeof form>;

/** Articles that the operator keeps elsewhere, so that they are offered here when somebody needs them. */
@ConsoleController('settings/articles')
@Feature('knowledge')
@Can('manage', 'Settings')
export class ArticlesController extends CollectionController<Article, Input> {
  protected readonly path = '/console/settings/articles';
  protected readonly collection = articles;
  protected readonly form = form;
  protected readonly template = 'knowledge/team/article';
  protected readonly words = 'knowledge';

  constructor(
    collections: Collections,
    private readonly settings: Settings,
  ) {
    super(collections);
  }

  protected row(visit: Visit, { title, url, audience, enabled }: Article) {
    return {
      title,
      text: url,
      badge: audience === 'everybody' ? null : { label: visit.t(`knowledge.audience.${audience}`), tone: 'info' },
      enabled,
    };
  }

  protected values(_visit: Visit, item: Article | null) {
    return item ? { ...item, enabled: null } : { audience: 'everybody' };
  }

  protected async made(
    { title, url, text, words, locale, audience }: Input,
    before: Article | null,
  ): Promise<Omit<Article, 'id'>> {
    const { locales } = await this.settings.get('general');
    if (locale !== null && !locales.includes(locale)) throw new InvalidField('locale', 'web.form.choice');
    const same = (await this.collections.all(articles)).find((one) => one.url === url && one.id !== before?.id);
    if (same) throw new InvalidField('url', 'knowledge.article.known', { title: same.title });
    return { title, url, text: text ?? '', words: words ?? '', locale, audience, enabled: before?.enabled ?? true };
  }

  protected override choices(visit: Visit, _form: FormState<unknown>, item: Article | null) {
    return {
      ...(item && { heading: item.title }),
      locales: visit.locales.map((value) => ({ value, label: languageNameIn(value, visit.locale) })),
      audiences: AUDIENCES.map((value) => ({ value, label: visit.t(`knowledge.audience.${value}`) })),
    };
  }
}
