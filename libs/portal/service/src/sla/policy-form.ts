import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { PRIORITIES, type Priority } from '@foyer/requests';
import { type ResourceInput, several, type Typed } from '@foyer/settings';
import type { RuleChoices, TicketAction } from '@foyer/tickets';
import { actionsOf, actionValues, TICKET_KINDS } from '../rules/actions-form.js';
import { CLOCK_KINDS, type ClockKind } from './clocks.js';
import { type Escalation, MAX_MINUTES, PAUSES, type SlaPolicy } from './policies.js';

export const targetName = (priority: Priority, kind: ClockKind): string => `${priority}-${kind.replace('_', '-')}`;
export const WARNINGS = [
  'never',
  'minutes:15',
  'minutes:30',
  'minutes:60',
  'minutes:120',
  'percent:10',
  'percent:25',
  'percent:50',
];
export const STAGES = { warning: 'onWarning', breach: 'onBreach' } as const;
export type Stage = keyof typeof STAGES;

/** Hours as people write them, `1.5` or `1,5`, in minutes. */
const hours = z
  .string()
  .trim()
  .optional()
  .refine((text) => !text || /^\d{1,4}([.,]\d{1,2})?$/.test(text), 'service.policies.wrong-hours')
  .transform((text) => (text ? Math.round(Number(text.replace(',', '.')) * 60) : null))
  .refine((minutes) => minutes === null || (minutes >= 1 && minutes <= MAX_MINUTES), 'service.policies.wrong-hours');

/** What the page asks by hand. */
export const policyControls = {
  warn: z.string().regex(/^(never|(minutes|percent):[1-9]\d{0,5})$/, 'web.form.choice'),
  ...Object.fromEntries(
    PRIORITIES.flatMap((priority) => CLOCK_KINDS.map((kind) => [targetName(priority, kind), hours])),
  ),
};

export function policyValues(policy: SlaPolicy | null): Typed {
  const written = (minutes: number | null | undefined) =>
    minutes ? String(Math.round((minutes / 60) * 100) / 100) : '';
  const targets = PRIORITIES.flatMap((priority) =>
    CLOCK_KINDS.map((kind) => [targetName(priority, kind), written(policy?.targets[priority][kind])]),
  );
  const stage = (name: Stage) => {
    const escalation = policy?.[STAGES[name]];
    return {
      [`${name}-notify`]: escalation?.notify ?? ['assignee'],
      [`${name}-addresses`]: escalation?.addresses.join(', ') ?? '',
      ...actionValues(name, escalation?.actions ?? []),
    };
  };
  return {
    warn: policy?.warn ? `${policy.warn.unit}:${policy.warn.before}` : policy ? 'never' : 'percent:25',
    pause: policy?.pauseOn ?? ['pending'],
    ...(Object.fromEntries(targets) as Typed),
    ...stage('warning'),
    ...stage('breach'),
  };
}

/** What was asked by hand. @throws InvalidField */
export function policyParts(
  input: ResourceInput,
  choices: RuleChoices,
): Pick<SlaPolicy, 'targets' | 'pauseOn' | 'warn' | 'onWarning' | 'onBreach'> {
  const typed = input as Typed;
  const value = (priority: Priority, kind: ClockKind) => input[targetName(priority, kind)] as number | null;
  const of = (priority: Priority) => Object.fromEntries(CLOCK_KINDS.map((kind) => [kind, value(priority, kind)]));
  const [unit, before] = String(input['warn']).split(':');
  return {
    targets: Object.fromEntries(PRIORITIES.map((priority) => [priority, of(priority)])) as SlaPolicy['targets'],
    pauseOn: PAUSES.filter((status) => several(typed['pause']).includes(status)),
    warn: unit === 'never' ? null : { unit: unit as 'minutes' | 'percent', before: Number(before) },
    onWarning: escalationOf(typed, 'warning', choices),
    onBreach: escalationOf(typed, 'breach', choices),
  };
}

function escalationOf(typed: Typed, stage: Stage, choices: RuleChoices): Escalation {
  const name = `${stage}-addresses`;
  if (Array.isArray(typed[name])) throw new InvalidField(name, 'web.form.wrong');
  const addresses = (typed[name] ?? '').split(/[,;،؛、，\s]+/).filter((address) => address !== '');
  if (
    addresses.length > 10 ||
    !addresses.every((address) => address.length <= 254 && z.email().safeParse(address).success)
  )
    throw new InvalidField(name, 'service.policies.wrong-addresses');
  const notify = (['assignee', 'group'] as const).filter((who) => several(typed[`${stage}-notify`]).includes(who));
  return { actions: actionsOf(typed, stage, TICKET_KINDS, choices) as TicketAction[], notify, addresses };
}
