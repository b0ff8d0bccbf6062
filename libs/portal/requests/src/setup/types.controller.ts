import type { z } from 'zod';
import {
  Collections,
  localized,
  ResourceController,
  type ResourceInput,
  settingNow,
  SettingsPage,
  type Typed,
} from '@foyer/settings';
import type { FormState, Visit } from '@foyer/web';
import { Categories, categoryOptions } from '../categories.js';
import { requestFields } from '../request-field.js';
import { BUILT_IN, FIRST_TYPE, type RequestType, requestTypes, typeName } from '../request-type.js';
import { questionViews } from '../request-view.js';
import { Requests } from '../requests.js';
import { priorityOptions } from '../priorities.js';
import { questionControls, questionRows, questionsFrom, questionValues } from './question-rows.js';

/** What customers can ask for: each kind of request with its own form, shown beside it as it is now. */
@SettingsPage(requestTypes)
export class TypesController extends ResourceController<RequestType> {
  protected readonly collection = requestTypes;
  protected override readonly template = 'requests/setup/type';
  protected override readonly placed = PLACED;

  constructor(
    collections: Collections,
    private readonly requests: Requests,
    private readonly categories: Categories,
  ) {
    super(collections);
  }

  /** The fields a type may ask are known only when it is saved. */
  protected override get form(): z.ZodType<ResourceInput> {
    return (super.form as z.ZodObject).extend(questionControls(settingNow(requestFields.section).items));
  }

  protected override values(visit: Visit, item: RequestType | null): Typed {
    const values = { ...super.values(visit, item), ...questionValues(item ?? FIRST_TYPE) };
    return item ? { ...values, name: values['name'] || typeName(item, visit.locale) } : values;
  }

  protected override async made(input: ResourceInput, before: RequestType | null, visit: Visit) {
    const questions = questionsFrom(input, await this.requests.fields(), before);
    return { ...(await super.made(input, before, visit)), questions };
  }

  protected override async choices(visit: Visit, form: FormState<unknown>, item: RequestType | null) {
    const fields = await this.requests.fields();
    const categories = categoryOptions(await this.categories.all(), visit.locale);
    const rows = questionRows(visit, fields, categories, form);
    return {
      ...(await super.choices(visit, form, item)),
      asked: rows.filter(({ asked }) => asked),
      others: rows.filter(({ asked }) => !asked),
      preview: item && this.preview(visit, item, fields, categories),
    };
  }

  private preview(visit: Visit, item: RequestType, fields: Fields, categories: ReturnType<typeof categoryOptions>) {
    const nothing = visit.form({ priority: item.defaults.priority, category: item.defaults.categoryId });
    const choices = { companies: [], orders: [], kept: {}, team: false };
    return {
      ...{ form: nothing, needs: item.needs, categories, priorities: priorityOptions(visit) },
      ...{ companies: [], attachments: [], files: { count: 10, size: 25_000_000 } },
      name: typeName(item, visit.locale),
      introduction: localized(item, 'introduction', visit.locale),
      questions: questionViews(visit, item, fields, nothing, choices),
    };
  }
}

type Fields = Parameters<typeof questionViews>[2];
const PLACED = [
  ...['enabled', 'name', 'sentence', 'introduction', 'icon', ...BUILT_IN.map((what) => `needs-${what}`)],
  ...['audience-who', 'audience-companyIds', 'audience-role'],
  ...['defaults-groupId', 'defaults-categoryId', 'defaults-priority', 'defaults-tags', 'approval'],
];
