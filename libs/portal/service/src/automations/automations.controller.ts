import { z } from 'zod';
import { Collections, ResourceController, type ResourceInput, SettingsPage, type Typed } from '@foyer/settings';
import {
  conditionsOf,
  conditionsView,
  conditionValues,
  durationWords,
  firstTest,
  type RuleChoices,
  RuleOptions,
} from '@foyer/tickets';
import type { FormState, Visit } from '@foyer/web';
import { actionsOf, actionsView, actionValues, firstAction, RULE_KINDS } from '../rules/actions-form.js';
import { actionWords, ruleSentence } from '../rules/rule-sentence.js';
import { type Automation, automations, EVENT_TRIGGERS, isTimed, MAX_HOURS, TIME_TRIGGERS } from './automations.js';

const hours = z
  .string()
  .trim()
  .optional()
  .refine((text) => !text || /^\d{1,4}([.,]\d{1,2})?$/.test(text), 'tickets.conditions.hours')
  .transform((text) => (text ? Number(text.replace(',', '.')) : null))
  .refine((hours) => hours === null || (hours >= 0.25 && hours <= MAX_HOURS), 'tickets.conditions.hours');

/** What happens by itself, after something or after a while. */
@SettingsPage(automations)
export class AutomationsController extends ResourceController<Automation> {
  protected readonly collection = automations;
  protected override readonly template = 'service/team/automation';
  protected override readonly placed = ['name', 'trigger'];
  protected override readonly begins = { conditions: 'tests-new', actions: 'actions-new' };

  constructor(
    collections: Collections,
    private readonly options: RuleOptions,
  ) {
    super(collections);
  }

  protected override async firstRows(visit: Visit) {
    return { tests: firstTest(await this.options.all(visit)), actions: firstAction(RULE_KINDS) };
  }

  protected override get form(): z.ZodType<ResourceInput> {
    return (super.form as z.ZodObject).extend({ hours });
  }

  protected override async row(visit: Visit, item: Automation) {
    return { ...(await super.row(visit, item)), text: this.sentence(visit, item, await this.options.all(visit)) };
  }

  protected override values(visit: Visit, item: Automation | null): Typed {
    return {
      ...{ trigger: 'opened', ...super.values(visit, item), hours: item?.hours ? String(item.hours) : '' },
      ...conditionValues(item?.conditions),
      ...actionValues('actions', item?.actions ?? []),
    };
  }

  protected override async made(input: ResourceInput, before: Automation | null, visit: Visit) {
    const choices = await this.options.all(visit);
    return {
      ...(await super.made(input, before, visit)),
      hours: input['hours'] as number | null,
      conditions: conditionsOf(input as Typed, choices),
      actions: actionsOf(input as Typed, 'actions', RULE_KINDS, choices),
    };
  }

  protected override async choices(visit: Visit, form: FormState<unknown>, item: Automation | null) {
    const view = await super.choices(visit, form, item);
    const choices = await this.options.all(visit);
    const conditions = conditionsView(visit, form, choices);
    const options = (triggers: readonly string[]) =>
      triggers.map((value) => ({ value, label: visit.t(`service.trigger.${value}`) }));
    return {
      ...view,
      fields: [...view.fields, { name: 'hours', label: visit.t('service.automations.hours') }, ...conditions.controls],
      sentence: item && this.sentence(visit, item, choices),
      triggers: [
        { label: visit.t('service.automations.events'), options: options(EVENT_TRIGGERS) },
        { label: visit.t('service.automations.times'), options: options(TIME_TRIGGERS) },
      ],
      conditions,
      actions: actionsView(visit, form, 'actions', RULE_KINDS, choices),
    };
  }

  private sentence(visit: Visit, { trigger, hours, conditions, actions }: Automation, choices: RuleChoices): string {
    const when = visit.t(
      `service.when.${trigger}`,
      isTimed(trigger) ? { duration: durationWords(visit, hours ?? 0) } : {},
    );
    return ruleSentence(
      visit,
      { when, conditions, actions: actions.map((each) => actionWords(visit, each, choices)) },
      choices,
    );
  }
}
