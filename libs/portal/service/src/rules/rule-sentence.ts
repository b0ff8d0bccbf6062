import { formatters } from '@foyer/i18n';
import type { Conditions, TicketTest } from '@foyer/tickets';
import type { Visit } from '@foyer/web';
import type { RuleAction } from '../automations/automations.js';
import type { Option, RuleChoices } from './rule-choices.js';

type Words = Pick<Visit, 't' | 'locale'>;
const SHOWN = 60;

/** A rule read back, for whoever set it up: "When a ticket is opened and Priority is Urgent: assign to Mara." */
export function ruleSentence(
  visit: Words,
  { when, conditions, actions }: { when: string; conditions: Conditions; actions: string[] },
  choices: RuleChoices,
): string {
  const tests = conditions.tests.map((test) => testWords(visit, test, choices));
  const joined = tests.length === 0 ? '' : joinedBy(visit, conditions.match, tests);
  return visit.t(joined ? 'service.says.rule-if' : 'service.says.rule', {
    when,
    if: joined,
    then: listed(visit, actions),
  });
}

export function conditionWords(visit: Words, { match, tests }: Conditions, choices: RuleChoices): string {
  return tests.length === 0
    ? visit.t('service.says.every')
    : joinedBy(
        visit,
        match,
        tests.map((test) => testWords(visit, test, choices)),
      );
}

const joinedBy = (visit: Words, match: 'all' | 'any', parts: string[]): string =>
  new Intl.ListFormat(visit.locale, { type: match === 'all' ? 'conjunction' : 'disjunction' }).format(parts);

const listed = (visit: Words, parts: string[]): string =>
  parts.length > 0 ? formatters(visit.locale, 'UTC').list(parts) : visit.t('service.says.nothing');

function testWords(visit: Words, { field, operator, value }: TicketTest, choices: RuleChoices): string {
  const known = choices.fields.find((each) => each.field === field);
  if (!known) return visit.t('service.says.gone-field');
  const name = (each: string) => (known.options ? label(visit, known.options, each) : `“${each}”`);
  const ahead = known.kind === 'ahead' ? 'ahead-' : '';
  const words =
    known.kind === 'age' || known.kind === 'ahead'
      ? visit.t('service.says.hours', { hours: Number(value[0]) })
      : new Intl.ListFormat(visit.locale, { type: 'disjunction' }).format(value.map(name));
  return visit.t(`service.says.${ahead}${operator}`, { field: known.label, value: words });
}

export function actionWords(visit: Words, action: RuleAction, choices: RuleChoices): string {
  const short = (text: string) =>
    (text.length > SHOWN ? `${text.slice(0, SHOWN).trimEnd()}…` : text).replace(/\s+/g, ' ');
  switch (action.do) {
    case 'status':
      return visit.t('service.says.status', {
        value: label(visit, choices.statuses, action.statusId ? `${action.to}:${action.statusId}` : action.to),
      });
    case 'priority':
      return visit.t('service.says.priority', { value: label(visit, choices.priorities, action.to) });
    case 'category':
      return action.to === null
        ? visit.t('service.says.no-category')
        : visit.t('service.says.category', { value: label(visit, choices.categories, action.to) });
    case 'type':
      return visit.t('service.says.type', { value: action.to === null ? '–' : label(visit, choices.types, action.to) });
    case 'assign':
      if (action.to === null) return visit.t('service.says.assign-nobody');
      if (action.to === 'me') return visit.t('service.says.assign-me');
      return visit.t('service.says.assign', { value: label(visit, choices.agents, action.to) });
    case 'group':
      return action.to === null
        ? visit.t('service.says.no-group')
        : visit.t('service.says.group', { value: label(visit, choices.groups, action.to) });
    case 'tag':
      return listed(visit, [
        ...(action.add.length > 0 ? [visit.t('service.says.add-tags', { value: action.add.join(', ') })] : []),
        ...(action.remove.length > 0 ? [visit.t('service.says.remove-tags', { value: action.remove.join(', ') })] : []),
      ]);
    case 'reply':
      return visit.t('service.says.reply', { value: short(action.text) });
    case 'note':
      return visit.t('service.says.note', { value: short(action.text) });
    case 'watch':
      return visit.t('service.says.watch', { value: label(visit, choices.agents, action.personId) });
    case 'mail':
      return visit.t('service.says.mail', {
        value: action.to.includes('@') ? action.to : visit.t(`service.mail-to.${action.to}`),
      });
  }
}

const label = (visit: Words, options: readonly Option[], value: string): string =>
  options.find((option) => option.value === value)?.label ?? visit.t('service.rules.gone');
