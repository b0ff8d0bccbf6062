import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { type Actor, NotFound } from '@foyer/access';
import {
  textsFrom,
  textValues,
  type TranslatedText,
  translationShape,
  translationViews,
  type Use,
  useLinks,
  Uses,
} from '@foyer/settings';
import {
  Ask,
  type Asked,
  ConsoleController,
  field,
  FormState,
  id,
  Posts,
  seeOther,
  show,
  View,
  type Visit,
} from '@foyer/web';
import { Categories, CATEGORY_NAME_MAX, categoryName, categoryOptions, type CategoryRow } from '../categories.js';

const PATH = '/console/settings/ticket-categories';
const TEXTS: TranslatedText<'name'>[] = [
  { name: 'name', label: 'requests.setup.categories.name', max: CATEGORY_NAME_MAX },
];
const named = z.object({ name: field.text(CATEGORY_NAME_MAX), ...translationShape(TEXTS) });
const goodbye = z.object({ to: z.union([z.literal('archive'), z.uuid('web.form.choice')], 'web.form.choice') });
const adding = { form: named };
const onCategory = { params: { category: id } };
const renaming = { params: { category: id }, form: named };
const removing = { params: { category: id }, form: goodbye.partial() };

/** What tickets are about. One that tickets have is not removed before it is said where they go. */
@ConsoleController('settings/ticket-categories', { feature: 'tickets', can: ['manage', 'Settings'] })
@Posts<typeof onCategory, Actor, CategoriesController>(onCategory, () => PATH, {
  ':category/restoration': [
    ({ categories }, { actor, category }) => categories.restore(actor, category),
    'settings.saved',
  ],
  ':category/up': [({ categories }, { actor, category }) => categories.move(actor, category, -1)],
  ':category/down': [({ categories }, { actor, category }) => categories.move(actor, category, 1)],
})
export class CategoriesController {
  constructor(
    readonly categories: Categories,
    private readonly uses: Uses,
  ) {}

  @Get()
  @View('settings/team/collection')
  async list(@Ask() { visit }: Asked) {
    const word = (key: string) => visit.t(`requests.setup.categories.${key}`);
    const all = await this.categories.listed();
    const current = all.filter(({ archived }) => !archived).length;
    return {
      heading: word('title'),
      lead: word('lead'),
      add: { href: `${PATH}/new`, label: word('add') },
      empty: { heading: word('empty'), text: word('empty-text') },
      removeText: word('remove-text'),
      ordered: true,
      problem: null,
      items: all.map(({ id, tickets, archived, ...category }, index) => ({
        href: `${PATH}/${id}`,
        title: categoryName({ id, ...category }, visit.locale),
        text: visit.t('requests.setup.categories.tickets', { count: tickets }),
        badge: archived ? { label: word('archived'), tone: 'warn' } : null,
        enabled: null,
        first: index === 0 || archived,
        last: archived || index === current - 1,
      })),
    };
  }

  @Get('new')
  blank(@Ask() { visit }: Asked) {
    return this.page(visit, null, visit.form());
  }

  @Post()
  async add(@Ask(adding) { visit, actor, form }: Asked<typeof adding>) {
    await form.attempt((input) => this.categories.add(actor, textsFrom(TEXTS, input, null)));
    return form.failed ? this.page(visit, null, form) : seeOther(PATH, 'settings.collection.added');
  }

  @Get(':category')
  async edit(@Ask(onCategory) { visit, category: id }: Asked<typeof onCategory>) {
    const category = await this.known(id);
    return this.page(visit, category, visit.form(textValues(TEXTS, category)));
  }

  @Post(':category')
  async rename(@Ask(renaming) { visit, actor, category: id, form }: Asked<typeof renaming>) {
    const category = await this.known(id);
    await form.attempt((input) => this.categories.rename(actor, id, textsFrom(TEXTS, input, category)));
    return form.failed ? this.page(visit, category, form) : seeOther(PATH, 'settings.saved');
  }

  /** From the list, an unused one goes at once; one that is used leads to the page that asks what becomes of its tickets. */
  @Post(':category/removal')
  async remove(@Ask(removing) { visit, actor, category: id, form }: Asked<typeof removing>) {
    const category = await this.known(id);
    const to = form.failed ? undefined : form.value.to;
    if (category.tickets > 0 && to === undefined && !form.failed)
      return seeOther(`${PATH}/${id}`, 'requests.setup.categories.in-use', 'info');
    const uses = await this.uses.of(id);
    if (uses.length > 0) return this.page(visit, category, visit.form({ name: category.name }), form, uses);
    await form.attempt(() =>
      to === 'archive' ? this.categories.archive(actor, id) : this.categories.remove(actor, id, to ?? null),
    );
    if (form.failed) return this.page(visit, category, visit.form(textValues(TEXTS, category)), form);
    return seeOther(PATH, to === 'archive' ? 'requests.setup.categories.put-away' : 'settings.collection.removed');
  }

  private async known(id: string): Promise<CategoryRow> {
    const category = (await this.categories.listed()).find((one) => one.id === id);
    if (!category) throw new NotFound();
    return category;
  }

  private async page(
    visit: Visit,
    category: CategoryRow | null,
    form: FormState<unknown>,
    removal?: FormState<unknown>,
    uses: readonly Use[] = [],
  ) {
    const all = await this.categories.all();
    const others = categoryOptions(
      all.filter(({ id }) => id !== category?.id),
      visit.locale,
    );
    const view = {
      forms: { form, removal: removal ?? visit.form({ to: 'archive' }) },
      category,
      heading: category ? categoryName(category, visit.locale) : visit.t('requests.setup.categories.new'),
      translations: translationViews(visit, TEXTS),
      action: category ? `${PATH}/${category.id}` : PATH,
      back: { href: PATH, label: visit.t('requests.setup.categories.title') },
      ways: [
        { value: 'archive', label: visit.t('requests.setup.categories.archive') },
        ...others.map(({ value, label: name }) => ({
          value,
          label: visit.t('requests.setup.categories.move-to', { name }),
        })),
      ],
      uses: useLinks(uses, visit.locale),
    };
    return show('requests/setup/category', view, uses.length > 0 ? 422 : undefined);
  }
}
