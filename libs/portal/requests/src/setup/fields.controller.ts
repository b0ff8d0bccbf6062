import { Post } from '@nestjs/common';
import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import {
  Collections,
  localized,
  ResourceController,
  type ResourceInput,
  SettingsPage,
  type TranslatedText,
  translationShape,
  translationViews,
  type Typed,
  useLinks,
  Uses,
} from '@foyer/settings';
import { Ask, type Asked, type FormState, id, seeOther, View, type Visit } from '@foyer/web';
import { parseNumber } from '../local-number.js';
import { type FieldOption, type RequestField, requestFields } from '../request-field.js';
import { typeName } from '../request-type.js';
import { Requests } from '../requests.js';
import { FieldUse } from './field-use.js';
import { nameOf, optionsFrom, optionLines, type Replaced, replacedOptions } from './option-lines.js';

const OPTIONS: TranslatedText[] = [
  { name: 'options', label: 'requests.setup.fields.options', max: 20_000, type: 'textarea' },
];
const byHand = {
  options: z.string().trim().max(20_000).default(''),
  min: z.string().trim().max(20).default(''),
  max: z.string().trim().max(20).default(''),
  ...translationShape(OPTIONS),
};
type Input = ResourceInput & z.output<z.ZodObject<typeof byHand>>;
/** Asks of an option whose line has new words: the same answer, or another? */
const became = ({ id }: FieldOption): string => `became-${id}`;
const BECAME = ['renamed', 'other'] as const;
const onItem = { params: { item: id } };

/** What request types can ask, beside what every ticket has. */
@SettingsPage(requestFields)
export class FieldsController extends ResourceController<RequestField> {
  protected readonly collection = requestFields;
  protected override readonly template = 'requests/setup/field';
  protected override readonly placed = ['label', 'hint', 'kind', 'unit', 'visibility', 'archived'];

  constructor(
    collections: Collections,
    private readonly requests: Requests,
    private readonly use: FieldUse,
    private readonly uses: Uses,
  ) {
    super(collections);
  }

  protected override get form(): z.ZodType<ResourceInput> {
    return (super.form as z.ZodObject).extend(byHand);
  }

  /** What tickets hold is never lost: a field with answers is only asked no longer. */
  @Post(':item/removal')
  @View('settings/team/collection')
  override async remove(@Ask(onItem) asked: Asked<typeof onItem>) {
    const { visit, actor, item: id } = asked;
    const found = await this.collections.find(requestFields, id);
    if (!found || (await this.use.answers(id)) === 0) return super.remove(asked);
    return this.unlessNeeded(visit, async () => {
      await this.collections.replace(actor, requestFields, id, { ...found, archived: true });
      return seeOther(this.path, 'requests.setup.fields.put-away');
    });
  }

  protected override async row(visit: Visit, item: RequestField) {
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

  protected override values(visit: Visit, item: RequestField | null): Typed {
    const values = super.values(visit, item);
    if (!item) return { ...values, kind: 'text' };
    const number = (value: number | null) => (value === null ? '' : String(value));
    return { ...values, kind: item.kind, min: number(item.min), max: number(item.max), ...optionLines(item.options) };
  }

  protected override async made(input: Input, before: RequestField | null, visit: Visit) {
    const made = await super.made(input, before, visit);
    const number = (name: 'min' | 'max') => {
      const value = input[name] === '' ? null : parseNumber(input[name], visit.locale);
      if (value === null && input[name] !== '') throw new InvalidField(name, 'requests.form.wrong-number');
      return value;
    };
    const chosen = made.kind === 'choice' || made.kind === 'multi-choice';
    return {
      ...made,
      // Where scripts are off the page shows the parts of all kinds.
      ...(made.kind === 'number' ? { min: number('min'), max: number('max') } : { min: null, max: null, unit: '' }),
      options: chosen ? await this.options(input, before) : [],
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
    return {
      ...(await super.choices(visit, form, item)),
      optionTranslations: translationViews(visit, OPTIONS),
      answers: item ? await this.use.answers(item.id) : 0,
      uses: item && form.failed && form.values['archived'] ? await this.usesOf(visit, item) : [],
      replaced: item && form.failed ? await this.replaced(visit, form, item) : [],
      archivedOptions: (item?.options ?? []).filter(({ archived }) => archived).map(nameOf),
    };
  }
}
