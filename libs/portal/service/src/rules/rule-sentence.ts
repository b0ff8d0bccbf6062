import { formatters } from '@foyer/i18n';
import { type Conditions, optionWords, type RuleChoices, testsWords } from '@foyer/tickets';
import type { Visit } from '@foyer/web';
import type { RuleAction } from '../automations/automations.js';

type Words = Pick<Visit, 't' | 'locale' | 'region'>;
const SHOWN = 60;

/** A rule read back, for whoever set it up: "When a ticket is opened and Priority is Urgent: assign to Mara." */
export function ruleSentence(
  visit: Words,
  { when, conditions, actions }: { when: string; conditions: Conditions; actions: string[] },
  choices: RuleChoices,
): string {
  const joined = testsWords(visit, conditions, choices);
  return visit.t(joined ? 'service.says.rule-if' : 'service.says.rule', {
    when,
    if: joined,
    then: listed(visit, actions),
  });
}

const listed = (visit: Words, parts: string[]): string =>
  parts.length > 0 ? formatters(visit.region).list(parts) : visit.t('service.says.nothing');

export function actionWords(visit: Words, action: RuleAction, choices: RuleChoices): string {
  const short = (text: string) =>
    (text.length > SHOWN ? `${text.slice(0, SHOWN).trimEnd()}…` : text).replace(/\s+/g, ' ');
  switch (action.do) {
    case 'status':
      return visit.t('service.says.status', {
        value: optionWords(visit, choices.statuses, action.statusId ? `${action.to}:${action.statusId}` : action.to),
      });
    case 'priority':
      return visit.t('service.says.priority', { value: optionWords(visit, choices.priorities, action.to) });
    case 'category':
      return action.to === null
        ? visit.t('service.says.no-category')
        : visit.t('service.says.category', { value: optionWords(visit, choices.categories, action.to) });
    case 'type':
      return visit.t('service.says.type', {
        value: action.to === null ? '–' : optionWords(visit, choices.types, action.to),
      });
    case 'assign':
      if (action.to === null) return visit.t('service.says.assign-nobody');
      if (action.to === 'me') return visit.t('service.says.assign-me');
      return visit.t('service.says.assign', { value: optionWords(visit, choices.agents, action.to) });
    case 'group':
      return action.to === null
        ? visit.t('service.says.no-group')
        : visit.t('service.says.group', { value: optionWords(visit, choices.groups, action.to) });
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
      return visit.t('service.says.watch', { value: optionWords(visit, choices.agents, action.personId) });
    case 'approval':
      return action.question
        ? visit.t('service.says.approval-of', { value: short(action.question) })
        : visit.t('service.says.approval');
    case 'mail':
      return visit.t('service.says.mail', {
        value: action.to.includes('@') ? action.to : visit.t(`service.mail-to.${action.to}`),
      });
  }
}
