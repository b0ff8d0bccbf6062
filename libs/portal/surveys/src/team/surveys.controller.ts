import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import {
  CollectionController,
  Collections,
  textsFrom,
  textValues,
  type TranslatedText,
  translationShape,
  translationViews,
  type Typed,
} from '@foyer/settings';
import { conditionsOf, conditionsView, conditionValues, durationWords, firstTest, RuleOptions } from '@foyer/tickets';
import { Can, ConsoleController, Feature, field, type FormState, type Visit } from '@foyer/web';
import { isAboutTickets, MAX_DAYS, MAX_DELAY_HOURS, type Survey, surveys, surveyText } from '../survey.js';
import { SURVEY_KINDS } from '../survey-kinds.js';

const TEXTS: TranslatedText<'name' | 'question' | 'followUp'>[] = [
  { name: 'name', label: 'surveys.set-up.name', max: 80 },
  { name: 'question', label: 'surveys.set-up.question', max: 200 },
  { name: 'followUp', label: 'surveys.set-up.follow-up', max: 200 },
];
const whole = (min: number, max: number) =>
  z
    .string()
    .trim()
    .regex(/^\d{1,3}$/, 'surveys.set-up.number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, 'surveys.set-up.number');
const form = z.looseObject({
  kind: z.enum(SURVEY_KINDS).optional(),
  name: z.string().trim().max(80).default(''),
  question: z.string().trim().max(200).default(''),
  followUp: z.string().trim().max(200).default(''),
  delay: whole(0, MAX_DELAY_HOURS).optional(),
  every: whole(7, MAX_DAYS).optional(),
  coolDown: whole(1, MAX_DAYS),
  expiry: whole(1, MAX_DAYS),
  notify: field.flag,
  reopen: field.flag,
  ...translationShape(TEXTS),
});
type Input = z.output<typeof form>;

/** What customers are asked, when, and what an unhappy answer brings about. */
@ConsoleController('settings/surveys')
@Feature('tickets')
@Can('manage', 'Settings')
export class SurveysController extends CollectionController<Survey, Input> {
  protected readonly path = '/console/settings/surveys';
  protected readonly collection = surveys;
  protected readonly form = form as z.ZodType<Input>;
  protected readonly template = 'surveys/team/survey';
  protected readonly words = 'surveys.set-up';

  constructor(
    collections: Collections,
    private readonly options: RuleOptions,
  ) {
    super(collections);
  }

  protected override async firstRows(visit: Visit) {
    return { tests: firstTest(await this.options.all(visit)) };
  }

  protected row(visit: Visit, survey: Survey) {
    const { kind, enabled, delayHours: hours, everyDays, coolDownDays } = survey;
    return {
      title: surveyText(survey, 'name', visit.locale),
      text: [
        visit.t(`surveys.kind.${kind}`),
        isAboutTickets(survey)
          ? visit.t('surveys.set-up.row-solved', { hours, delay: durationWords(visit, hours), days: coolDownDays })
          : visit.t('surveys.set-up.row-every', { every: everyDays, days: coolDownDays }),
      ].join(' · '),
      enabled,
    };
  }

  protected values(_visit: Visit, item: Survey | null) {
    const { kind, onLow, conditions, ...numbers } = item ?? BLANK;
    return {
      ...{ kind },
      ...{ delay: String(numbers.delayHours), every: String(numbers.everyDays) },
      ...{ coolDown: String(numbers.coolDownDays), expiry: String(numbers.expiryDays) },
      ...conditionValues(conditions),
      ...{ notify: onLow.notify ? '1' : null, reopen: onLow.reopen ? '1' : null },
      ...textValues(TEXTS, item),
    };
  }

  protected async made(input: Input, before: Survey | null, visit: Visit): Promise<Omit<Survey, 'id'>> {
    const kind = before?.kind ?? input.kind;
    if (!kind) throw new InvalidField('kind', 'web.form.required');
    // Without a name it would be called like the survey that every portal has.
    if (!before && input.name === '') throw new InvalidField('name', 'web.form.required');
    const { delay, every, coolDown, expiry, notify, reopen } = input;
    return {
      ...{ kind, ...textsFrom(TEXTS, input, before) },
      enabled: before?.enabled ?? true,
      delayHours: delay ?? before?.delayHours ?? BLANK.delayHours,
      everyDays: every ?? before?.everyDays ?? BLANK.everyDays,
      ...{ coolDownDays: coolDown, expiryDays: expiry, onLow: { notify, reopen } },
      conditions: conditionsOf(input as Typed, await this.options.all(visit)),
    };
  }

  protected override async choices(visit: Visit, form: FormState<unknown>, item: Survey | null) {
    const kind = item?.kind ?? null;
    return {
      ...(item && { heading: surveyText(item, 'name', visit.locale) }),
      kind: kind && visit.t(`surveys.kind.${kind}`),
      kinds: SURVEY_KINDS.map((value) => ({ value, label: visit.t(`surveys.kind.${value}`) })),
      usual: kind && {
        name: visit.t(`surveys.${kind}.name`),
        question: visit.t(`surveys.${kind}.question`),
        followUp: visit.t(`surveys.${kind}.followUp`),
      },
      asks: { delay: kind !== 'nps', every: kind === null || kind === 'nps' },
      conditions: conditionsView(visit, form, await this.options.all(visit)),
      notify: form.values['notify'] !== undefined,
      reopen: form.values['reopen'] !== undefined,
      results: item && `/console/surveys/${item.id}`,
      translations: translationViews(visit, TEXTS),
    };
  }
}

const BLANK: Omit<Survey, 'id'> = {
  ...{ enabled: true, kind: 'csat', name: '', question: '', followUp: '', translations: {} },
  ...{ delayHours: 24, everyDays: 90, coolDownDays: 30, expiryDays: 30 },
  conditions: { match: 'all', tests: [] },
  onLow: { notify: true, reopen: false },
};
