import type { KeptFile } from '@foyer/requests';
import type { FormState, Visit } from '@foyer/web';
import type { TicketView } from './ticket-detail.js';
import { ticketNumber } from './ticket-number.js';

/**
 * For the page of a ticket that took something when its form was shown and takes nothing any more (merged, closed): what was written stays,
 * with the reason, and can be sent where the ticket went. Null while the form itself shows it.
 */
export function unsentView(
  visit: Visit,
  base: '' | '/console',
  { mergedInto }: TicketView,
  form: FormState<unknown> | null | undefined,
  verb: 'replies' | 'notes',
  files: KeptFile[],
) {
  const body = form?.values['body'];
  if (!form || typeof body !== 'string' || body === '') return null;
  const into = mergedInto === null ? null : ticketNumber(mergedInto);
  return {
    ...{ body, files },
    why: into ? visit.t('tickets.unsent.merged', { number: into }) : (form.errors[''] ?? null),
    there: into && {
      action: `${base}/tickets/${into}/${verb}`,
      label: visit.t('tickets.unsent.send-there', { number: into }),
    },
  };
}
