import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { Roles } from '@foyer/identity';
import {
  CollectionController,
  Collections,
  languagesNow,
  localized,
  settingNow,
  textsFrom,
  textValues,
  type TranslatedText,
  translationShape,
  translationViews,
} from '@foyer/settings';
import { Can, ConsoleController, Feature, field, type FormState, type Visit } from '@foyer/web';
import { Categories, categoryOptions } from '../categories.js';
import { CompanyChoices } from './company-choices.js';
import { questionControls, questionRows, questionsFrom, questionValues } from './question-rows.js';
import { Groups } from '../groups.js';
import { PRIORITIES, priorityOptions } from '../priorities.js';
import { requestFields } from '../request-field.js';
import { BUILT_IN, FIRST_TYPE, NEEDS, type RequestType, requestTypes, slugOf, TYPE_ICONS } from '../request-type.js';
import { questionViews } from '../request-view.js';
import { Requests, typeName, typeSentence } from '../requests.js';
import { refuseLongTags, tagsIn } from '../tags.js';

const TEXTS: TranslatedText<'name' | 'sentence' | 'introduction'>[] = [
  { name: 'name', label: 'requests.setup.types.name', max: 80 },
  { name: 'sentence', label: 'requests.setup.types.sentence', max: 200 },
  { name: 'introduction', label: 'requests.setup.types.introduction', max: 1_000, type: 'textarea' },
];
const need = z.enum(NEEDS);
const fixed = {
  name: z.string().trim().max(80).default(''),
  sentence: z.string().trim().max(200).default(''),
  introduction: z.string().trim().max(1_000).default(''),
  icon: z.enum(TYPE_ICONS),
  enabled: field.flag,
  'need-category': need,
  'need-priority': need,
  'need-attachments': need,
  'need-company': need,
  'default-category': field.optionalId,
  'default-priority': z.enum(PRIORITIES),
  'default-group': field.optionalId,
  tags: z.string().max(500).default(''),
  approval: field.flag,
  audience: z.enum(['everybody', 'companies', 'role']),
  'audience-role': z.string().max(40).default('company_admin'),
  'audience-companies': z
    .union([z.string(), z.array(z.string())])
    .optional()
    .transform((value) => [value ?? []].flat()),
  ...translationShape(TEXTS),
};
type Input = z.output<z.ZodObject<typeof fixed>> & Record<string, unknown>;

/** What customers can ask for: each kind of request with its own form. */
@ConsoleController('settings/request-types')
@Feature('tickets')
@Can('manage', 'Settings')
export class TypesController extends CollectionController<RequestType, Input> {
  protected readonly path = '/console/settings/request-types';
  protected readonly collection = requestTypes;
  protected readonly template = 'requests/setup/type';
  protected readonly words = 'requests.setup.types';

  constructor(
    collections: Collections,
    private readonly requests: Requests,
    private readonly categories: Categories,
    private readonly groups: Groups,
    private readonly roles: Roles,
    private readonly companies: CompanyChoices,
  ) {
    super(collections);
    collections.protect(requestTypes, async () =>
      (await collections.stored(requestTypes)).length === 0 ? { code: 'requests.setup.types.last' } : null,
    );
  }

  /** The fields a type may ask are known only when it is saved. */
  protected get form(): z.ZodType<Input> {
    return z.object({
      ...fixed,
      ...questionControls(settingNow(requestFields.section).items),
    }) as unknown as z.ZodType<Input>;
  }

  protected row(visit: Visit, item: RequestType) {
    const count = item.questions.length;
    const text = typeSentence(item, visit.locale) || visit.t('requests.setup.types.questions', { count });
    const badge =
      item.audience.who === 'everybody'
        ? null
        : { label: visit.t(`requests.setup.audience.${item.audience.who}`), tone: 'info' };
    return { title: typeName(item, visit.locale), text, badge, enabled: item.enabled };
  }

  protected values(visit: Visit, item: RequestType | null) {
    const type = item ?? FIRST_TYPE;
    const { needs, defaults, audience } = type;
    const named = textValues(TEXTS, type);
    return {
      ...{ icon: type.icon, enabled: type.enabled ? '1' : null },
      ...Object.fromEntries(BUILT_IN.map((part) => [`need-${part}`, needs[part]])),
      ...{
        'default-category': defaults.categoryId,
        'default-priority': defaults.priority,
        'default-group': defaults.groupId,
      },
      tags: defaults.tags.join(', '),
      approval: type.approval === 'company-admins' ? '1' : null,
      ...{ audience: audience.who, 'audience-role': audience.role, 'audience-companies': audience.companyIds },
      ...questionValues(type),
      ...named,
      name: named['name'] || (item ? typeName(type, visit.locale) : ''),
    };
  }

  protected async made(input: Input, before: RequestType | null): Promise<Omit<RequestType, 'id'>> {
    if (!(await this.roles.isKnown(input['audience-role']))) wrong('audience-role');
    if (input.name === '') throw new InvalidField('name', 'web.form.required');
    const texts = textsFrom(TEXTS, input, before);
    const others = (await this.requests.types()).filter((one) => one.id !== before?.id);
    if (others.some((other) => other.name === texts.name || typeName(other, languagesNow().main) === input.name))
      throw new InvalidField('name', 'requests.setup.types.taken');
    const known = (name: 'default-category' | 'default-group', ids: readonly { id: string }[]) => {
      if (input[name] && !ids.some(({ id }) => id === input[name])) throw new InvalidField(name, 'web.form.choice');
      return input[name];
    };
    const needs = Object.fromEntries(BUILT_IN.map((part) => [part, input[`need-${part}`]])) as RequestType['needs'];
    const companyIds = input.audience === 'companies' ? await this.companies.existing(input['audience-companies']) : [];
    if (input.audience === 'companies' && companyIds.length === 0)
      throw new InvalidField('audience-companies', 'requests.setup.types.no-companies');
    return {
      ...texts,
      ...{ icon: input.icon, enabled: input.enabled },
      slug: freeSlug(texts.name, before, others),
      needs,
      questions: questionsFrom(input, await this.requests.fields(), before),
      audience: { who: input.audience, companyIds, role: input['audience-role'] },
      defaults: {
        categoryId: known('default-category', await this.categories.all()),
        groupId: known('default-group', await this.groups.all()),
        priority: input['default-priority'],
        tags: refuseLongTags([...new Set(tagsIn(input.tags))]).slice(0, 20),
      },
      approval: input.approval ? 'company-admins' : 'none',
    };
  }

  protected override async choices(visit: Visit, form: FormState<unknown>, item: RequestType | null) {
    const fields = await this.requests.fields();
    const named = (list: readonly { id: string; name: string }[]) =>
      list.map(({ id, name }) => ({ value: id, label: name }));
    const categories = categoryOptions(await this.categories.all(), visit.locale);
    const rows = questionRows(visit, fields, categories, form);
    const type = item ?? FIRST_TYPE;
    const nothing = visit.form({ priority: type.defaults.priority, category: type.defaults.categoryId });
    const choices = { companies: [], orders: [], kept: {}, team: false };
    return {
      ...(item && { heading: typeName(item, visit.locale) }),
      icons: TYPE_ICONS.map((icon) => ({
        value: icon,
        checked: icon === form.values['icon'],
        label: visit.t(`requests.setup.icon.${icon}`),
      })),
      builtIn: BUILT_IN.map((part) => ({ name: `need-${part}`, label: visit.t(`requests.setup.part.${part}`) })),
      needOptions: NEEDS.map((value) => ({ value, label: visit.t(`requests.setup.need.${value}`) })),
      asked: rows.filter(({ asked }) => asked),
      others: rows.filter(({ asked }) => !asked),
      categories,
      priorities: priorityOptions(visit),
      groups: named(await this.groups.all()),
      audiences: (['everybody', 'companies', 'role'] as const).map((value) => ({
        value,
        label: visit.t(`requests.setup.audience.${value}`),
      })),
      companies: await this.companies.all([form.values['audience-companies'] ?? []].flat()),
      roles: await this.roles.options(
        (key) => visit.t(key),
        () => true,
      ),
      translations: translationViews(visit, TEXTS),
      preview: item && {
        ...{
          form: nothing,
          needs: item.needs,
          categories,
          priorities: priorityOptions(visit),
          companies: [],
          attachments: [],
        },
        ...{
          name: typeName(item, visit.locale),
          introduction: localized(item, 'introduction', visit.locale),
          files: { count: 10, size: 25_000_000 },
        },
        questions: questionViews(visit, item, fields, nothing, choices),
      },
    };
  }
}

function wrong(name: string): never {
  throw new InvalidField(name, 'web.form.choice');
}

/** Stays as it was while the name does, so that links to it hold. */
function freeSlug(name: string, before: RequestType | null, others: readonly RequestType[]): string {
  if (before?.slug && before.name === name) return before.slug;
  const wanted = slugOf(name) || 'request';
  const taken = new Set(others.map(({ slug }) => slug));
  for (let n = 1; ; n += 1) {
    const slug = n === 1 ? wanted : `${wanted}-${n}`;
    if (!taken.has(slug)) return slug;
  }
}
