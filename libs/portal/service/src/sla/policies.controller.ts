import type { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { formatters } from '@foyer/i18n';
import { PRIORITIES } from '@foyer/requests';
import { CollectionController, Collections, one, several, type Typed } from '@foyer/settings';
import { conditionsOf, conditionsView, conditionValues, conditionWords, firstTest, RuleOptions } from '@foyer/tickets';
import { Can, ConsoleController, type FormState, type Visit } from '@foyer/web';
import { calendars } from '../hours/calendars.js';
import { actionsView, firstAction, TICKET_KINDS } from '../rules/actions-form.js';
import { CLOCK_KINDS } from './clocks.js';
import { durationWords } from './duration-words.js';
import { PAUSES, slaPolicies, type SlaPolicy } from './policies.js';
import {
  type PolicyForm,
  policyForm,
  policyOf,
  policyValues,
  type Stage,
  targetName,
  WARNINGS,
} from './policy-form.js';

/** What is promised to whom, and what happens when it is late. */
@Can('manage', 'Settings')
@ConsoleController('settings/policies')
export class PoliciesController extends CollectionController<SlaPolicy, PolicyForm> {
  protected readonly path = '/console/settings/policies';
  protected readonly collection = slaPolicies;
  protected readonly form = policyForm as z.ZodType<PolicyForm>;
  protected readonly template = 'service/team/policy';
  protected readonly words = 'service.policies';

  constructor(
    collections: Collections,
    private readonly options: RuleOptions,
  ) {
    super(collections);
  }

  protected override async firstRows(visit: Visit) {
    const choices = await this.options.all(visit);
    return { tests: firstTest(choices), warning: firstAction(TICKET_KINDS), breach: firstAction(TICKET_KINDS) };
  }

  protected async row(visit: Visit, policy: SlaPolicy) {
    const choices = await this.options.all(visit);
    return {
      title: policy.name,
      text: this.sentence(visit, policy, conditionWords(visit, policy.conditions, choices)),
      enabled: policy.enabled,
    };
  }

  protected values(_visit: Visit, item: SlaPolicy | null) {
    return { ...policyValues(item), ...conditionValues(item?.conditions ?? { match: 'all', tests: [] }) };
  }

  protected async made(input: PolicyForm, before: SlaPolicy | null, visit: Visit) {
    const choices = await this.options.all(visit);
    if (input.hours && !(await this.collections.find(calendars, input.hours)))
      throw new InvalidField('hours', 'web.form.choice');
    const conditions = conditionsOf(input as Typed, choices);
    return { ...policyOf(input, choices), conditions, enabled: before?.enabled ?? true };
  }

  protected override async choices(visit: Visit, form: FormState<unknown>, item: SlaPolicy | null) {
    const choices = await this.options.all(visit);
    const hours = (await this.collections.all(calendars)).map(({ id, name }) => ({ value: id, label: name }));
    const warn = one(form.values['warn']);
    const stage = (name: Stage) => ({
      ...actionsView(visit, form, name, TICKET_KINDS, choices),
      notify: (['assignee', 'group'] as const).map((value) => ({
        value,
        label: visit.t(`service.mail-to.${value}`),
        checked: several(form.values[`${name}-notify`]).includes(value),
      })),
    });
    const targets = PRIORITIES.toReversed().map((priority) => ({
      label: choices.priorities.find(({ value }) => value === priority)!.label,
      cells: CLOCK_KINDS.map((kind) => ({
        name: targetName(priority, kind),
        label: visit.t(`service.clock.${kind}`),
      })),
    }));
    const conditions = conditionsView(visit, form, choices);
    const promised = targets.flatMap(({ label: priority, cells }) =>
      cells.map(({ name, label: kind }) => ({ name, label: visit.t('service.policies.target', { priority, kind }) })),
    );
    return {
      controls: [...promised, ...conditions.controls],
      sentence: item && this.sentence(visit, item, conditionWords(visit, item.conditions, choices)),
      conditions,
      kinds: CLOCK_KINDS.map((kind) => visit.t(`service.clock.${kind}`)),
      targets,
      hours: [{ value: '', label: visit.t('service.hours.always') }, ...hours],
      pauses: PAUSES.map((value) => ({
        value,
        label: choices.statuses.find((status) => status.value === value)!.label,
        checked: several(form.values['pause']).includes(value),
      })),
      warnings: (WARNINGS.includes(warn) || !/^\w+:\d+$/.test(warn) ? WARNINGS : [...WARNINGS, warn]).map((value) => {
        const [unit, before] = value.split(':');
        return { value, label: visit.t(`service.policies.warn.${unit}`, before ? { before: Number(before) } : {}) };
      }),
      shown: form.values['shown'] !== undefined,
      warning: stage('warning'),
      breach: stage('breach'),
    };
  }

  private sentence(visit: Visit, { targets, hoursId }: SlaPolicy, whom: string): string {
    const shown = PRIORITIES.toReversed().flatMap((priority) => {
      const minutes = targets[priority].first_response ?? targets[priority].resolution;
      return minutes === null
        ? []
        : [`${visit.t(`requests.priority.${priority}`)} ${durationWords(visit.region, minutes)}`];
    });
    return visit.t(hoursId ? 'service.policies.sentence-business' : 'service.policies.sentence', {
      whom,
      targets: formatters(visit.region).list(shown, 'unit'),
    });
  }
}
