import type { PortalActor } from '@foyer/identity';
import { InvalidField } from '@foyer/access';
import { Collections, ResourceController, type ResourceInput, SettingsPage, type Typed } from '@foyer/settings';
import {
  conditionsOf,
  conditionsView,
  conditionValues,
  firstTest,
  type RuleChoices,
  RuleOptions,
  type TicketAction,
} from '@foyer/tickets';
import type { FormState, Visit } from '@foyer/web';
import { actionWords, ruleSentence } from '../rules/rule-sentence.js';
import { type RoutingRule, routingRules } from './routing-rules.js';
import { DryRun } from './dry-run.js';

/** Where new tickets go. */
@SettingsPage(routingRules)
export class RoutingController extends ResourceController<RoutingRule> {
  protected readonly collection = routingRules;
  protected override readonly template = 'service/team/routing';
  protected override readonly placed = ['name', 'tags'];
  protected override readonly begins = { conditions: 'tests-new' };

  constructor(
    collections: Collections,
    private readonly options: RuleOptions,
    private readonly dryRun: DryRun,
  ) {
    super(collections);
  }

  protected override async firstRows(visit: Visit) {
    return { tests: firstTest(await this.options.all(visit)) };
  }

  protected override async row(visit: Visit, rule: RoutingRule) {
    return { ...(await super.row(visit, rule)), text: this.sentence(visit, rule, await this.options.all(visit)) };
  }

  protected override values(visit: Visit, item: RoutingRule | null): Typed {
    return { ...super.values(visit, item), ...conditionValues(item?.conditions) };
  }

  protected override async made(input: ResourceInput, before: RoutingRule | null, visit: Visit) {
    const conditions = conditionsOf(input as Typed, await this.options.all(visit));
    return { ...(await super.made(input, before, visit)), conditions };
  }

  protected override async choices(visit: Visit, form: FormState<unknown>, item: RoutingRule | null) {
    const view = await super.choices(visit, form, item);
    const choices = await this.options.all(visit);
    const conditions = conditionsView(visit, form, choices);
    return {
      ...view,
      fields: [...view.fields, ...conditions.controls],
      sentence: item && this.sentence(visit, item, choices),
      conditions,
      trial: await this.tried(visit, form, choices),
    };
  }

  /** With what stands in the form now, saved or not. */
  private async tried(visit: Visit, form: FormState<unknown>, choices: RuleChoices) {
    try {
      return await this.dryRun.of(visit.actor as PortalActor, conditionsOf(form.values, choices), visit.locale);
    } catch (error) {
      if (error instanceof InvalidField) return null;
      throw error;
    }
  }

  private sentence(visit: Visit, rule: RoutingRule, choices: RuleChoices): string {
    const does = (action: TicketAction) => actionWords(visit, action, choices);
    const group =
      choices.groups.find(({ value }) => value === rule.groupId)?.label ?? visit.t('tickets.conditions.gone');
    const actions = [
      ...(rule.groupId ? [does({ do: 'group', to: rule.groupId })] : []),
      ...(rule.agentId ? [does({ do: 'assign', to: rule.agentId })] : []),
      ...(rule.sharing === 'nobody' ? [] : [visit.t(`service.says.${rule.sharing}`, { group })]),
      ...(rule.priority ? [does({ do: 'priority', to: rule.priority })] : []),
      ...(rule.categoryId ? [does({ do: 'category', to: rule.categoryId })] : []),
      ...(rule.tags.length > 0 ? [does({ do: 'tag', add: rule.tags, remove: [] })] : []),
    ];
    return ruleSentence(visit, { when: visit.t('service.when.opened'), conditions: rule.conditions, actions }, choices);
  }
}
