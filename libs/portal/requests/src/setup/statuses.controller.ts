import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import {
  CollectionController,
  Collections,
  textsFrom,
  textValues,
  type TranslatedText,
  translationShape,
  translationViews,
} from '@foyer/settings';
import { Can, ConsoleController, Feature, type FormState, type Visit } from '@foyer/web';
import { type NamedStatus, statusName, TICKET_STATUSES, ticketStatuses } from '../statuses.js';

const TEXTS: TranslatedText<'name' | 'customerName'>[] = [
  { name: 'name', label: 'requests.setup.statuses.name', max: 40 },
  { name: 'customerName', label: 'requests.setup.statuses.customer-name', max: 40 },
];
const form = z.object({
  name: z.string().trim().max(40).default(''),
  customerName: z.string().trim().max(40).default(''),
  kind: z.enum(TICKET_STATUSES).optional(),
  ...translationShape(TEXTS),
});
type Input = z.output<typeof form>;

/** How far a ticket is, in the operator's words: five kinds that rules understand, and any number of names under them. */
@ConsoleController('settings/ticket-statuses')
@Feature('tickets')
@Can('manage', 'Settings')
export class StatusesController extends CollectionController<NamedStatus, Input> {
  protected readonly path = '/console/settings/ticket-statuses';
  protected readonly collection = ticketStatuses;
  protected readonly form = form;
  protected readonly template = 'requests/setup/status';
  protected readonly words = 'requests.setup.statuses';

  constructor(collections: Collections) {
    super(collections);
  }

  protected row(visit: Visit, item: NamedStatus) {
    const { locale } = visit;
    const customer = statusName(locale, item.kind, item.id, '');
    return {
      title: statusName(locale, item.kind, item.id, '/console'),
      text: visit.t('requests.setup.statuses.customers-read', { name: customer }),
      badge: item.standard ? null : { label: visit.t(`requests.status.${item.kind}`), tone: 'info' },
    };
  }

  protected values(_visit: Visit, item: NamedStatus | null) {
    if (!item) return { kind: 'open' };
    return { kind: item.kind, ...textValues(TEXTS, item) };
  }

  protected made(input: Input, before: NamedStatus | null): Omit<NamedStatus, 'id'> {
    const kind = before?.kind ?? input.kind;
    if (!kind) throw new InvalidField('kind', 'web.form.required');
    if (!before?.standard && input.name === '') throw new InvalidField('name', 'web.form.required');
    return { kind, standard: before?.standard ?? false, ...textsFrom(TEXTS, input, before) };
  }

  protected override choices(visit: Visit, _form: FormState<unknown>, item: NamedStatus | null) {
    return {
      ...(item && { heading: statusName(visit.locale, item.kind, item.id, '/console') }),
      kinds: TICKET_STATUSES.map((value) => ({
        value,
        label: visit.t(`requests.status.${value}`),
        text: visit.t(`requests.setup.statuses.kind-${value}`),
      })),
      kind: item && visit.t(`requests.status.${item.kind}`),
      standard: item?.standard ?? false,
      usual: item && {
        name: visit.t(`requests.status.${item.kind}`),
        customerName: visit.t(`requests.customer-status.${item.kind}`),
      },
      translations: translationViews(visit, TEXTS),
    };
  }
}
