import { InvalidField } from '@foyer/access';
import { z } from 'zod';
import { commaSeparated } from '@foyer/i18n';
import { one, rowValues, several, type Typed, typedRows } from '@foyer/settings';
import type { Option, RuleChoices } from '@foyer/tickets';
import { mustBeKnown } from '../macros/placeholders.js';
import type { FormState, Visit } from '@foyer/web';
import { type RuleAction, ruleAction } from '../automations/automations.js';

/** What an editor can offer to do. */
export const ACTION_KINDS = [
  ...['status', 'priority', 'category', 'type', 'assign', 'group', 'add-tags', 'remove-tags'],
  ...['watch', 'approval', 'reply', 'note', 'mail', 'mail-address'],
] as const;
export const PROPERTY_KINDS: readonly string[] = [
  'status',
  'priority',
  'category',
  'type',
  'assign',
  'group',
  'add-tags',
  'remove-tags',
  'watch',
  'approval',
];
export const TICKET_KINDS: readonly string[] = [...PROPERTY_KINDS, 'reply', 'note'];
export const RULE_KINDS: readonly string[] = [...TICKET_KINDS, 'mail', 'mail-address'];

const NOBODY = 'nobody';
const TEXT_MAX = 5_000;
const MAIL_TO = ['assignee', 'group', 'requester'] as const;

interface Control {
  /** What there is to choose from; null: written. */
  options: Option[] | null;
  /** Written in several lines. */
  text: boolean;
}

/** The kinds as people choose them. */
function controlOf(kind: string, choices: RuleChoices, visit: Pick<Visit, 't'>): Control {
  const none = (label: string) => ({ value: NOBODY, label: visit.t(`service.action.${label}`) });
  const options: Partial<Record<string, Option[]>> = {
    status: choices.statuses,
    priority: choices.priorities,
    category: [...choices.categories, none('no-category')],
    type: choices.types,
    assign: [none('nobody'), { value: 'me', label: visit.t('service.action.me') }, ...choices.agents],
    group: [...choices.groups, none('no-group')],
    watch: choices.agents,
    mail: MAIL_TO.map((value) => ({ value, label: visit.t(`service.mail-to.${value}`) })),
  };
  return { options: options[kind] ?? null, text: ['approval', 'reply', 'note', 'mail', 'mail-address'].includes(kind) };
}

export function actionValues(part: string, actions: readonly RuleAction[]): Typed {
  return rowValues(part, actions.flatMap(rowsOf));
}

function rowsOf(action: RuleAction): Record<string, string | null>[] {
  switch (action.do) {
    case 'tag':
      return [
        ...(action.add.length > 0 ? [{ do: 'add-tags', to: action.add.join(', ') }] : []),
        ...(action.remove.length > 0 ? [{ do: 'remove-tags', to: action.remove.join(', ') }] : []),
      ];
    case 'status':
      return [{ do: 'status', to: action.statusId ? `${action.to}:${action.statusId}` : action.to }];
    case 'reply':
    case 'note':
      return [{ do: action.do, text: action.text }];
    case 'approval':
      return [{ do: 'approval', text: action.question }];
    case 'mail':
      return [{ do: action.to.includes('@') ? 'mail-address' : 'mail', to: action.to, text: action.text }];
    case 'watch':
      return [{ do: 'watch', to: action.personId }];
    default:
      return [{ do: action.do, to: action.to ?? NOBODY }];
  }
}

export const firstAction =
  (kinds: readonly string[]) =>
  (chosen: string): Record<string, string> | null =>
    kinds.includes(chosen) ? { do: chosen } : null;

/** @throws InvalidField at the control that is wrong */
export function actionsOf(typed: Typed, part: string, kinds: readonly string[], choices: RuleChoices): RuleAction[] {
  if (several(typed[`${part}-new`]).length > 0) throw new InvalidField(`${part}-new`, 'web.form.choice');
  return typedRows(typed, part).map(({ n, values }) => {
    const at = (what: string) => `${part}-${n}-${what}`;
    const kind = one(values['do']);
    if (!kinds.includes(kind)) throw new InvalidField('', 'web.form.wrong');
    const { options, text } = controlOf(kind, choices, { t: (key) => key });
    const to = one(values['to']).trim();
    const words = one(values['text']).trim();
    if (Array.isArray(values['to'])) throw new InvalidField(at('to'), 'web.form.wrong');
    if (Array.isArray(values['text'])) throw new InvalidField(at('text'), 'web.form.wrong');
    if (options && !options.some(({ value }) => value === to)) throw new InvalidField(at('to'), 'web.form.choice');
    if (text && words === '' && kind !== 'approval') throw new InvalidField(at('text'), 'web.form.required');
    if (words.length > TEXT_MAX)
      throw new InvalidField(at('text'), 'web.form.too-long', { max: TEXT_MAX, length: words.length });
    if (text) mustBeKnown(at('text'), words);
    if (!options && !text && to === '') throw new InvalidField(at('to'), 'web.form.required');
    if (kind === 'mail-address' && !z.email().safeParse(to).success) throw new InvalidField(at('to'), 'web.form.email');
    const action = ruleAction.safeParse(made(kind, to, words));
    if (!action.success) throw new InvalidField(at(options || kind.endsWith('tags') ? 'to' : 'text'), 'web.form.wrong');
    return action.data;
  });
}

function made(kind: string, to: string, text: string): object {
  const value = to === NOBODY ? null : to;
  const tags = commaSeparated(to);
  switch (kind) {
    case 'add-tags':
      return { do: 'tag', add: tags, remove: [] };
    case 'remove-tags':
      return { do: 'tag', add: [], remove: tags };
    case 'status': {
      const [status, statusId = null] = to.split(':');
      return { do: 'status', to: status, statusId };
    }
    case 'reply':
    case 'note':
      return { do: kind, text };
    case 'approval':
      return { do: 'approval', of: 'company-admins', question: text };
    case 'mail':
    case 'mail-address':
      return { do: 'mail', to, text };
    case 'watch':
      return { do: 'watch', personId: to };
    default:
      return { do: kind, to: value };
  }
}

/** For the partial `service/team/actions`. */
export function actionsView(
  visit: Visit,
  form: FormState<unknown>,
  part: string,
  kinds: readonly string[],
  choices: RuleChoices,
) {
  const known = typedRows(form.values, part).filter(({ values }) => kinds.includes(one(values['do'])));
  const rows = known.map(({ n, values }) => {
    const kind = one(values['do']);
    const { options, text } = controlOf(kind, choices, visit);
    const to = one(values['to']);
    const gone = options !== null && to !== '' && !options.some(({ value }) => value === to);
    return {
      n,
      name: `${part}-${n}`,
      kind,
      label: visit.t(`service.action.${kind}`),
      options: options && (gone ? [{ value: to, label: visit.t('tickets.conditions.gone') }, ...options] : options),
      written: kind.endsWith('-tags') || kind === 'mail-address',
      email: kind === 'mail-address',
      hint: kind.endsWith('-tags')
        ? visit.t('tickets.conditions.commas')
        : kind === 'approval'
          ? visit.t('service.action.approval-hint')
          : null,
      text,
      max: TEXT_MAX,
    };
  });
  return {
    form,
    part,
    rows,
    kinds: kinds.map((value) => ({ value, label: visit.t(`service.action.${value}`) })),
  };
}
