import { Collections, ResourceController, SettingsPage } from '@foyer/settings';
import type { FormState, Visit } from '@foyer/web';
import { type NamedStatus, ticketStatuses } from '../statuses.js';

/** Beside a standard status that has no name of its own stands what it is called by itself. */
@SettingsPage(ticketStatuses)
export class StatusesController extends ResourceController<NamedStatus> {
  protected readonly collection = ticketStatuses;
  protected override readonly template = 'requests/setup/status';
  protected override readonly placed = ['kind', 'name', 'customerName'];

  constructor(collections: Collections) {
    super(collections);
  }

  protected override async choices(visit: Visit, form: FormState<unknown>, item: NamedStatus | null) {
    return {
      ...(await super.choices(visit, form, item)),
      standard: item?.standard ?? false,
      usual: item && {
        name: visit.t(`requests.status.${item.kind}`),
        customerName: visit.t(`requests.customer-status.${item.kind}`),
      },
    };
  }
}
