import { companyReference } from '@foyer/identity';
import {
  categoryReference,
  requestFields,
  requestTypes,
  ticketGroups,
  ticketStatuses,
  workingAgents,
} from '@foyer/requests';
import { type Mention, part, type Reference } from '@foyer/settings';
import { type TicketAction, ticketActions } from '../ticket-actions.js';
import {
  type ConditionField,
  type Conditions,
  ownFieldOf,
  ownStatusOf,
  ticketConditions,
} from './ticket-conditions.js';

const groups = ticketGroups.about.reference;
const types = requestTypes.about.reference;
const statuses = ticketStatuses.about.reference;
const ASKED: Partial<Record<ConditionField, Reference>> = {
  ...{ statusId: statuses, categoryId: categoryReference, typeId: types },
  ...{ groupId: groups, assigneeId: workingAgents, companyId: companyReference },
};

/** What conditions speak of. */
export const inConditions = ({ tests }: Conditions): Mention[] =>
  tests.flatMap(({ field, value }): Mention[] => {
    const own = ownFieldOf(field);
    if (own) return [{ to: requestFields.about.reference, ids: [own] }];
    if (field === 'status') return [{ to: statuses, ids: value.flatMap((one) => ownStatusOf(one) ?? []) }];
    const to = ASKED[field as ConditionField];
    return to ? [{ to, ids: value.filter((id) => id !== 'me') }] : [];
  });

/** What actions speak of; those that are not about tickets alone speak of nothing. */
export const inActions = (actions: readonly (TicketAction | { do: 'mail' })[]): Mention[] =>
  actions.flatMap((action): Mention[] => {
    const one = (to: Reference, id: string | null) => [{ to, ids: id === null ? [] : [id] }];
    switch (action.do) {
      case 'status':
        return one(statuses, action.statusId);
      case 'category':
        return one(categoryReference, action.to);
      case 'type':
        return one(types, action.to);
      case 'group':
        return one(groups, action.to);
      case 'assign':
        return one(workingAgents, action.to === 'me' ? null : action.to);
      case 'watch':
        return one(workingAgents, action.personId);
      default:
        return [];
    }
  });

/** Of a rule, for its declaration: which tickets it is about. */
export const conditionsPart = part(ticketConditions.prefault({}), {
  label: 'tickets.conditions.title',
  mentions: inConditions,
});
/** The same: what it does to them. */
export const actionsPart = part(ticketActions.default([]), { mentions: inActions });
