import { formatters } from '@foyer/i18n';
import type { Visit } from '@foyer/web';
import type { Option, RuleChoices } from './rule-choices.js';
import type { Conditions, TicketTest } from './ticket-conditions.js';

type Words = Pick<Visit, 't' | 'locale' | 'region'>;

/** Conditions read back in the reader's words: "Priority is Urgent and Tags include vip". */
export function conditionWords(visit: Words, conditions: Conditions, choices: RuleChoices): string {
  const tests = testsWords(visit, conditions, choices);
  return visit.t(`tickets.conditions.says.${tests ? 'those' : 'every'}`, { tests });
}

/** The same to stand behind an if, which in German puts the verb last; empty when there is no condition. */
export function testsWords(visit: Words, { match, tests }: Conditions, choices: RuleChoices): string {
  const parts = tests.map((test) => testWords(visit, test, choices));
  return formatters(visit.region).list(parts, match === 'all' ? 'conjunction' : 'disjunction');
}

function testWords(visit: Words, { field, operator, value }: TicketTest, choices: RuleChoices): string {
  const known = choices.fields.find((each) => each.field === field);
  if (!known) return visit.t('tickets.conditions.says.gone-field');
  const name = (each: string) => (known.options ? optionWords(visit, known.options, each) : `“${each}”`);
  const ahead = known.kind === 'ahead' ? 'ahead-' : '';
  const words =
    known.kind === 'age' || known.kind === 'ahead'
      ? durationWords(visit, Number(value[0]))
      : formatters(visit.region).list(value.map(name), 'disjunction');
  return visit.t(`tickets.conditions.says.${ahead}${operator}`, { field: known.label, value: words });
}

/** What was chosen by its label, whatever has become of it since. */
export const optionWords = (visit: Words, options: readonly Option[], value: string): string =>
  options.find((option) => option.value === value)?.label ?? visit.t('tickets.conditions.gone');

/** "14 days" rather than "336 hours", but "36 hours": the largest unit that says it exactly. */
export const durationWords = (visit: Pick<Words, 't'>, hours: number): string =>
  visit.t('tickets.conditions.says.duration', { hours, days: hours % 24 === 0 ? hours / 24 : 0 });
