import type { Visit } from '@foyer/web';
import type { RuleChoices } from '@foyer/tickets';
import { actionWords } from '../rules/rule-sentence.js';
import type { Macro } from './macros.js';

const SHOWN = 90;

/** A macro in a line: how it begins, and what it changes. */
export function macroText(
  visit: Pick<Visit, 't' | 'locale' | 'region'>,
  { text, shortcut, actions }: Macro,
  choices: RuleChoices,
): string {
  const begins = text.length > SHOWN ? `${text.slice(0, SHOWN).trimEnd()}…` : text;
  const changes = actions.map((action) => actionWords(visit, action, choices)).join(', ');
  return [shortcut && `\u2068/\u200e${shortcut}\u2069`, begins.replace(/\s+/g, ' '), changes]
    .filter(Boolean)
    .join(' · ');
}
