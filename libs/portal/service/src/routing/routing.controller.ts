import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { PRIORITIES } from '@foyer/requests';
import { CollectionController, Collections, type Typed } from '@foyer/settings';
import {
  conditionsOf,
  conditionsView,
  conditionValues,
  firstTest,
  type Option,
  type RuleChoices,
  RuleOptions,
  type TicketAction,
} from '@foyer/tickets';
import { Can, ConsoleController, field, type FormState, type Visit } from '@foyer/web';
import { actionWords, ruleSentence } from '../rules/rule-sentence.js';
import { type RoutingRule, routingRules, SHARING } from './routing-rules.js';
import { DryRun } from './dry-run.js';

const MAX_TAGS = 20;
const ruleForm = z.looseObject({
  name: field.text(80),
  group: field.optionalId,
  agent: field.optionalId,
  sharing: z.enum(SHARING),
  priority: z
    .union([z.literal(''), z.enum(PRIORITIES)])
    .optional()
    .transform((priority) => priority || null),
  category: field.optionalId,
  tags: z
    .string()
    .max(500)
    .optional()
    .transform((text) => (text ?? '').split(',').flatMap((tag) => (tag.trim() ? [tag.trim()] : [])))
    .refine((tags) => tags.length <= MAX_TAGS && tags.every((tag) => tag.length <= 50), 'service.routing.wrong-tags'),
});
type RuleForm = z.output<typeof ruleForm>;

/** Where new tickets go. */
@Can('manage', 'Settings')
@ConsoleController('settings/routing')
export class RoutingController extends CollectionController<RoutingRule, RuleForm> {
  protected readonly path = '/console/settings/routing';
  protected readonly collection = routingRules;
  protected readonly form = ruleForm as z.ZodType<RuleForm>;
  protected readonly template = 'service/team/routing';
  protected readonly words = 'service.routing';

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

  protected async row(visit: Visit, rule: RoutingRule) {
    return { title: rule.name, text: this.sentence(visit, rule, await this.options.all(visit)), enabled: rule.enabled };
  }

  protected values(_visit: Visit, item: RoutingRule | null) {
    return {
      ...{
        name: item?.name,
        group: item?.groupId ?? '',
        agent: item?.agentId ?? '',
        sharing: item?.sharing ?? 'nobody',
      },
      ...{ priority: item?.priority ?? '', category: item?.categoryId ?? '', tags: item?.tags.join(', ') ?? '' },
      ...conditionValues(item?.conditions ?? { match: 'all', tests: [] }),
    };
  }

  protected async made(input: RuleForm, before: RoutingRule | null, visit: Visit) {
    const choices = await this.options.all(visit);
    const { name, group, agent, sharing, priority, category, tags } = input;
    const conditions = conditionsOf(input as Typed, choices);
    // What was chosen before may be gone by now; it is kept until something else is chosen.
    const known = (at: string, options: Option[], value: string | null, was: string | null | undefined) => {
      if (value && value !== was && !options.some((option) => option.value === value))
        throw new InvalidField(at, 'web.form.choice');
    };
    known('group', choices.groups, group, before?.groupId);
    known('agent', choices.agents, agent, before?.agentId);
    known('category', choices.categories, category, before?.categoryId);
    if (sharing !== 'nobody' && !group) throw new InvalidField('group', 'service.routing.which-group');
    if (!group && !agent && !priority && !category && tags.length === 0)
      throw new InvalidField('group', 'service.routing.nothing');
    return {
      ...{ name, conditions, groupId: group, agentId: agent, sharing, priority, categoryId: category, tags },
      enabled: before?.enabled ?? true,
    };
  }

  protected override async choices(visit: Visit, form: FormState<unknown>, item: RoutingRule | null) {
    const choices = await this.options.all(visit);
    const gone = (options: Option[], id: string | null | undefined) =>
      id && !options.some(({ value }) => value === id)
        ? [{ value: id, label: visit.t('tickets.conditions.gone') }, ...options]
        : options;
    return {
      sentence: item && this.sentence(visit, item, choices),
      conditions: conditionsView(visit, form, choices),
      groups: gone(choices.groups, item?.groupId),
      agents: gone(choices.agents, item?.agentId),
      categories: gone(choices.categories, item?.categoryId),
      priorities: choices.priorities,
      sharing: SHARING.map((value) => ({ value, label: visit.t(`service.routing.sharing.${value}`) })),
      trial: await this.tried(visit, form, choices),
    };
  }

  /** With what stands in the form now, saved or not. */
  private async tried(visit: Visit, form: FormState<unknown>, choices: RuleChoices) {
    try {
      return await this.dryRun.of(conditionsOf(form.values, choices), visit.locale);
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
