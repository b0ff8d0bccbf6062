import { Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { z } from 'zod';
import { type Actor, Conflict, InvalidField } from '@foyer/access';
import {
  CollectionController,
  Collections,
  localized,
  textsFrom,
  textValues,
  type TranslatedText,
  translationShape,
  translationViews,
  useLinks,
  Uses,
} from '@foyer/settings';
import {
  Can,
  ConsoleController,
  CurrentActor,
  CurrentVisit,
  Feature,
  field,
  type FormState,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { FieldUse } from './field-use.js';
import { nameOf, optionsFrom, optionLines, type Replaced, replacedOptions } from './option-lines.js';
import { parseNumber } from '../local-number.js';
import {
  FIELD_KINDS,
  type FieldOption,
  HINT_MAX,
  LABEL_MAX,
  type RequestField,
  requestFields,
  VISIBILITIES,
} from '../request-field.js';
import { Requests, typeName } from '../requests.js';

const TEXTS: TranslatedText<'label' | 'hint'>[] = [
  { name: 'label', label: 'requests.setup.fields.label', max: LABEL_MAX },
  { name: 'hint', label: 'requests.setup.fields.hint', max: HINT_MAX },
];
const OPTIONS: TranslatedText[] = [
  { name: 'options', label: 'requests.setup.fields.options', max: 20_000, type: 'textarea' },
];
/** The page of a request type has six controls for each. */
const MAX_FIELDS = 60;
const form = z.looseObject({
  label: field.text(LABEL_MAX),
  hint: z.string().trim().max(HINT_MAX).default(''),
  kind: z.enum(FIELD_KINDS),
  visibility: z.enum(VISIBILITIES),
  options: z.string().trim().max(20_000).default(''),
  min: z.string().trim().max(20).default(''),
  max: z.string().trim().max(20).default(''),
  unit: z.string().trim().max(20).default(''),
  archived: field.flag,
  ...translationShape([...TEXTS, ...OPTIONS]),
});
type Input = z.output<typeof form>;
/** Asks of an option whose line has new words: the same answer, or another? */
const became = ({ id }: FieldOption): string => `became-${id}`;
const BECAME = ['renamed', 'other'] as const;

/** What request types can ask, beside what every ticket has. */
@ConsoleController('settings/ticket-fields')
@Feature('tickets')
@Can('manage', 'Settings')
export class FieldsController extends CollectionController<RequestField, Input> {
  protected readonly path = '/console/settings/ticket-fields';
  protected readonly collection = requestFields;
  protected readonly form = form;
  protected readonly template = 'requests/setup/field';
  protected readonly words = 'requests.setup.fields';

  constructor(
    collections: Collections,
    private readonly requests: Requests,
    private readonly use: FieldUse,
    private readonly uses: Uses,
  ) {
    super(collections);
  }

  /** What tickets hold is never lost: a field with answers is only asked no longer. */
  @Post(':item/removal')
  @View('settings/team/collection')
  override async remove(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: Actor,
    @Param('item', ParseUUIDPipe) id: string,
  ) {
    const found = await this.collections.find(requestFields, id);
    if (!found || (await this.use.answers(id)) === 0) return super.remove(visit, actor, id);
    return this.unlessNeeded(visit, async () => {
      await this.uses.mustBeNone(id);
      await this.collections.replace(actor, requestFields, id, { ...found, archived: true });
      return seeOther(this.path, 'requests.setup.fields.put-away');
    });
  }

  protected async row(visit: Visit, item: RequestField) {
    const types = (await this.requests.types()).filter(({ questions }) =>
      questions.some(({ fieldId }) => fieldId === item.id),
    );
    const kind = visit.t(`requests.setup.kind.${item.kind}`);
    const where = types.map((type) => typeName(type, visit.locale)).join(', ');
    const badge = item.archived ? 'archived' : item.visibility === 'team' ? 'team' : null;
    return {
      title: localized(item, 'label', visit.locale),
      text: where
        ? visit.t('requests.setup.fields.used', { kind, where })
        : visit.t('requests.setup.fields.unused', { kind }),
      badge: badge && {
        label: visit.t(`requests.setup.fields.badge-${badge}`),
        tone: badge === 'archived' ? 'warn' : 'info',
      },
    };
  }

  protected values(_visit: Visit, item: RequestField | null) {
    if (!item) return { kind: 'text', visibility: 'customer' };
    const number = (value: number | null) => (value === null ? '' : String(value));
    return {
      ...{ kind: item.kind, visibility: item.visibility, unit: item.unit },
      ...{ min: number(item.min), max: number(item.max), archived: item.archived ? '1' : null },
      ...textValues(TEXTS, item),
      ...optionLines(item.options),
    };
  }

  protected async made(input: Input, before: RequestField | null, visit: Visit): Promise<Omit<RequestField, 'id'>> {
    const current = (await this.requests.fields()).filter(({ archived, id }) => !archived && id !== before?.id).length;
    if (current >= MAX_FIELDS && !input.archived) throw new Conflict('requests.setup.fields.full', { max: MAX_FIELDS });
    if (before && input.archived && !before.archived) await this.uses.mustBeNone(before.id);
    const kind = before?.kind ?? input.kind;
    const numberAt = (name: 'min' | 'max') => {
      const value = input[name] === '' ? null : parseNumber(input[name], visit.locale);
      if (value === null && input[name] !== '') throw new InvalidField(name, 'requests.form.wrong-number');
      return value;
    };
    const [min, max] = [numberAt('min'), numberAt('max')];
    if (min !== null && max !== null && min > max) throw new InvalidField('max', 'requests.setup.fields.max-below');
    const chosen = kind === 'choice' || kind === 'multi-choice';
    const options = chosen ? await this.options(input, before) : [];
    if (chosen && options.length === 0) throw new InvalidField('options', 'requests.setup.fields.no-options');
    return {
      ...{ kind, visibility: input.visibility },
      ...{ options, min, max, unit: input.unit, archived: input.archived },
      ...textsFrom(TEXTS, input, before),
    };
  }

  private async options(input: Input, before: RequestField | null): Promise<FieldOption[]> {
    const used = before ? await this.use.options(before) : new Map<string, number>();
    const asked = replacedOptions(input.options, before?.options ?? [], used);
    const unanswered = asked.find(({ option }) => !(BECAME as readonly unknown[]).includes(input[became(option)]));
    if (unanswered) throw new InvalidField(became(unanswered.option), 'requests.setup.fields.became-missing');
    return optionsFrom(input, before?.options ?? [], used, (option) => input[became(option)] === 'renamed');
  }

  /** What the page asks about lines that have new words. */
  private async replaced(visit: Visit, form: FormState<unknown>, item: RequestField) {
    const used = await this.use.options(item);
    const said = ({ option, label }: Replaced) => ({
      name: became(option),
      label: visit.t('requests.setup.fields.became', { from: nameOf(option), to: label }),
      options: BECAME.map((value) => ({
        value,
        label: visit.t(`requests.setup.fields.became-${value}`, {
          ...{ from: nameOf(option), to: label, count: used.get(option.id)! },
        }),
      })),
    });
    return replacedOptions(String(form.values['options'] ?? ''), item.options, used).map(said);
  }

  private async usesOf({ locale }: Visit, { id, archived }: RequestField) {
    return archived ? [] : useLinks(await this.uses.of(id), locale);
  }

  protected override async choices(visit: Visit, form: FormState<unknown>, item: RequestField | null) {
    const option = (key: string) => (value: string) => ({ value, label: visit.t(`requests.setup.${key}.${value}`) });
    return {
      ...(item && { heading: localized(item, 'label', visit.locale) }),
      kinds: FIELD_KINDS.map(option('kind')),
      visibilities: VISIBILITIES.map(option('visibility')),
      kindLabel: item && visit.t(`requests.setup.kind.${item.kind}`),
      translations: translationViews(visit, TEXTS),
      optionTranslations: translationViews(visit, OPTIONS),
      answers: item ? await this.use.answers(item.id) : 0,
      uses: item && form.failed && form.values['archived'] ? await this.usesOf(visit, item) : [],
      replaced: item && form.failed ? await this.replaced(visit, form, item) : [],
      archivedOptions: (item?.options ?? []).filter(({ archived }) => archived).map(nameOf),
    };
  }
}
