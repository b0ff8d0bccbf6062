import type { z } from 'zod';
import { formatters } from '@foyer/i18n';
import { PRIORITIES } from '@foyer/requests';
import {
  Collections,
  one,
  ResourceController,
  type ResourceInput,
  SettingsPage,
  several,
  type Typed,
} from '@foyer/settings';
import { conditionsOf, conditionsView, conditionValues, conditionWords, firstTest, RuleOptions } from '@foyer/tickets';
import type { FormState, Visit } from '@foyer/web';
import { actionsView, firstAction, TICKET_KINDS } from '../rules/actions-form.js';
import { CLOCK_KINDS } from './clocks.js';
import { durationWords } from './duration-words.js';
import { PAUSES, slaPolicies, type SlaPolicy } from './policies.js';
import { policyControls, policyParts, policyValues, type Stage, targetName, WARNINGS } from './policy-form.js';

/** What is promised to whom, and what happens when it is late. */
@SettingsPage(slaPolicies)
export class PoliciesController extends ResourceController<SlaPolicy> {
  protected readonly collection = slaPolicies;
  protected override readonly template = 'service/team/policy';
  protected override readonly placed = ['name', 'hoursId', 'shown'];
  protected override readonly begins = {
    ...{ targets: targetName('urgent', 'first_response'), conditions: 'tests-new' },
    ...{ onWarning: 'warning-new', onBreach: 'breach-new' },
  };

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

  protected override get form(): z.ZodType<ResourceInput> {
    return (super.form as z.ZodObject).extend(policyControls);
  }

  protected override async row(visit: Visit, policy: SlaPolicy) {
    const whom = conditionWords(visit, policy.conditions, await this.options.all(visit));
    return { ...(await super.row(visit, policy)), text: this.sentence(visit, policy, whom) };
  }

  protected override values(visit: Visit, item: SlaPolicy | null): Typed {
    return { ...super.values(visit, item), ...policyValues(item), ...conditionValues(item?.conditions) };
  }

  protected override async made(input: ResourceInput, before: SlaPolicy | null, visit: Visit) {
    const choices = await this.options.all(visit);
    const conditions = conditionsOf(input as Typed, choices);
    return { ...(await super.made(input, before, visit)), ...policyParts(input, choices), conditions };
  }

  protected override async choices(visit: Visit, form: FormState<unknown>, item: SlaPolicy | null) {
    const view = await super.choices(visit, form, item);
    const choices = await this.options.all(visit);
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
      ...view,
      fields: [
        ...view.fields,
        { name: 'warn', label: visit.t('service.policies.warn.label') },
        ...promised,
        ...conditions.controls,
      ],
      sentence: item && this.sentence(visit, item, conditionWords(visit, item.conditions, choices)),
      conditions,
      kinds: CLOCK_KINDS.map((kind) => visit.t(`service.clock.${kind}`)),
      targets,
      pauses: PAUSES.map((value) => ({
        value,
        label: choices.statuses.find((status) => status.value === value)!.label,
        checked: several(form.values['pause']).includes(value),
      })),
      warnings: (WARNINGS.includes(warn) || !/^\w+:\d+$/.test(warn) ? WARNINGS : [...WARNINGS, warn]).map((value) => {
        const [unit, before] = value.split(':');
        return { value, label: visit.t(`service.policies.warn.${unit}`, before ? { before: Number(before) } : {}) };
      }),
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
