import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { CollectionController, Collections, type Typed } from '@foyer/settings';
import {
  conditionsOf,
  conditionsView,
  conditionValues,
  durationWords,
  firstTest,
  type RuleChoices,
  RuleOptions,
} from '@foyer/tickets';
import { Can, ConsoleController, field, type FormState, type Visit } from '@foyer/web';
import { actionsOf, actionsView, actionValues, firstAction, RULE_KINDS } from '../rules/actions-form.js';
import { actionWords, ruleSentence } from '../rules/rule-sentence.js';
import { type Automation, automations, EVENT_TRIGGERS, isTimed, MAX_HOURS, TIME_TRIGGERS } from './automations.js';

const automationForm = z.looseObject({
  name: field.text(80),
  trigger: z.enum([...EVENT_TRIGGERS, ...TIME_TRIGGERS]),
  hours: z
    .string()
    .trim()
    .optional()
    .refine((text) => !text || /^\d{1,4}([.,]\d{1,2})?$/.test(text), 'tickets.conditions.hours')
    .transform((text) => (text ? Number(text.replace(',', '.')) : null))
    .refine((hours) => hours === null || (hours >= 0.25 && hours <= MAX_HOURS), 'tickets.conditions.hours'),
});
type AutomationForm = z.output<typeof automationForm>;

/** What happens by itself, after something or after a while. */
@Can('manage', 'Settings')
@ConsoleController('settings/automations')
export class AutomationsController extends CollectionController<Automation, AutomationForm> {
  protected readonly path = '/console/settings/automations';
  protected readonly collection = automations;
  protected readonly form = automationForm as z.ZodType<AutomationForm>;
  protected readonly template = 'service/team/automation';
  protected readonly words = 'service.automations';

  constructor(
    collections: Collections,
    private readonly options: RuleOptions,
  ) {
    super(collections);
  }

  protected override async firstRows(visit: Visit) {
    return { tests: firstTest(await this.options.all(visit)), actions: firstAction(RULE_KINDS) };
  }

  protected async row(visit: Visit, item: Automation) {
    return { title: item.name, text: this.sentence(visit, item, await this.options.all(visit)), enabled: item.enabled };
  }

  protected values(_visit: Visit, item: Automation | null) {
    return {
      ...{ name: item?.name, trigger: item?.trigger ?? 'opened', hours: item?.hours ? String(item.hours) : '' },
      ...conditionValues(item?.conditions ?? { match: 'all', tests: [] }),
      ...actionValues('actions', item?.actions ?? []),
    };
  }

  protected async made(input: AutomationForm, before: Automation | null, visit: Visit) {
    const choices = await this.options.all(visit);
    const { name, trigger, hours } = input;
    if (isTimed(trigger) && hours === null) throw new InvalidField('hours', 'web.form.required');
    const conditions = conditionsOf(input as Typed, choices);
    const actions = actionsOf(input as Typed, 'actions', RULE_KINDS, choices);
    if (actions.length === 0) throw new InvalidField('actions-new', 'service.automations.no-action');
    const timed = isTimed(trigger) ? hours : null;
    return { name, trigger, hours: timed, conditions, actions, enabled: before?.enabled ?? true };
  }

  protected override async choices(visit: Visit, form: FormState<unknown>, item: Automation | null) {
    const choices = await this.options.all(visit);
    const options = (triggers: readonly string[]) =>
      triggers.map((value) => ({ value, label: visit.t(`service.trigger.${value}`) }));
    return {
      sentence: item && this.sentence(visit, item, choices),
      triggers: [
        { label: visit.t('service.automations.events'), options: options(EVENT_TRIGGERS) },
        { label: visit.t('service.automations.times'), options: options(TIME_TRIGGERS) },
      ],
      conditions: conditionsView(visit, form, choices),
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
