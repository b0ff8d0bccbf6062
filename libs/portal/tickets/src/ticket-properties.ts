import { tagsIn } from '@foyer/requests';
import type { Ticket } from './ticket.entity.js';

export const CHANGED_MEANWHILE = 'tickets.team.changed-meanwhile';
const PROPERTIES = ['status', 'priority', 'assignee', 'category', 'group', 'tags', 'subject'] as const;
export type Property = (typeof PROPERTIES)[number];
type Typed = Partial<Record<string, string | string[]>>;
type Stands = Pick<
  Ticket,
  'status' | 'statusId' | 'priority' | 'assigneeId' | 'categoryId' | 'groupId' | 'subject' | 'tags'
>;

/** What a form of properties changes beside the values, and what it had shown of that. Null leaves the subject as it is. */
export interface Description {
  tags: { add: string[]; remove: string[] };
  subject: string | null;
  seen: Partial<Record<Property, { was: string; wanted: string }>>;
}

/** A ticket's properties as its form shows them. */
export const propertiesOf = (ticket: Stands): Record<Property, string> => ({
  status: ticket.statusId ? `${ticket.status}.${ticket.statusId}` : ticket.status,
  priority: ticket.priority,
  assignee: ticket.assigneeId ?? '',
  category: ticket.categoryId ?? '',
  group: ticket.groupId ?? '',
  tags: ticket.tags.join(', '),
  subject: ticket.subject,
});

/** The form as it is sent: each property, and beside it what it was when it was shown. */
export function propertyValues(ticket: Stands): Record<string, string> {
  const now = Object.entries(propertiesOf(ticket));
  return Object.fromEntries(now.flatMap(([name, value]) => [[name, value], [`was_${name}`, value]])); // prettier-ignore
}

/** What was changed in the form. What stands as it was shown was not meant to change: a colleague may have changed it meanwhile. */
export function changedIn(typed: Typed, ticket: Stands) {
  const text = (name: string) => (typeof typed[name] === 'string' ? typed[name] : undefined);
  const changed = (name: Property) => text(name) !== undefined && text(`was_${name}`) !== text(name);
  const [before, after] = [tagsIn(text('was_tags') ?? ticket.tags.join(',')), tagsIn(text('tags') ?? '')];
  const seen = PROPERTIES.filter((name) => name !== 'tags' && changed(name) && text(`was_${name}`) !== undefined);
  return {
    changed,
    tags: changed('tags')
      ? { add: after.filter((tag) => !before.includes(tag)), remove: before.filter((tag) => !after.includes(tag)) }
      : { add: [], remove: [] },
    seen: Object.fromEntries(seen.map((name) => [name, { was: text(`was_${name}`)!, wanted: text(name)! }])),
  };
}

/** The form once more, after it was refused: what was chosen stays, all else is as it is now; whoever was told may insist. */
export function typedAgain(typed: Typed, errors: Record<string, string>, ticket: Stands): Record<string, string> {
  const { changed } = changedIn(typed, ticket);
  const again = propertyValues(ticket);
  for (const name of PROPERTIES.filter(changed)) {
    again[name] = typed[name] as string;
    if (!errors[name]) again[`was_${name}`] = (typed[`was_${name}`] as string | undefined) ?? again[`was_${name}`]!;
  }
  return again;
}
