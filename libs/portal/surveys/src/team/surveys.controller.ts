import { Collections, ResourceController, type ResourceInput, SettingsPage, type Typed } from '@foyer/settings';
import { conditionsOf, conditionsView, conditionValues, firstTest, RuleOptions } from '@foyer/tickets';
import type { FormState, Visit } from '@foyer/web';
import { isAboutTickets, type Survey, surveys } from '../survey.js';

/** What customers are asked, when, and what an unhappy answer brings about. */
@SettingsPage(surveys)
export class SurveysController extends ResourceController<Survey> {
  protected readonly collection = surveys;
  protected override readonly template = 'surveys/team/survey';
  protected override readonly placed = PLACED;
  protected override readonly begins = { conditions: 'tests-new' };

  constructor(
    collections: Collections,
    private readonly options: RuleOptions,
  ) {
    super(collections);
  }

  protected override async firstRows(visit: Visit) {
    return { tests: firstTest(await this.options.all(visit)) };
  }

  protected override values(visit: Visit, item: Survey | null): Typed {
    return { ...super.values(visit, item), ...conditionValues(item?.conditions) };
  }

  protected override async made(input: ResourceInput, before: Survey | null, visit: Visit) {
    const conditions = conditionsOf(input as Typed, await this.options.all(visit));
    return { ...(await super.made(input, before, visit)), conditions };
  }

  protected override async choices(visit: Visit, form: FormState<unknown>, item: Survey | null) {
    const view = await super.choices(visit, form, item);
    const conditions = conditionsView(visit, form, await this.options.all(visit));
    const usual = (text: string) => item && visit.t(`surveys.${item.kind}.${text}`);
    return {
      ...view,
      fields: [...view.fields, ...conditions.controls],
      usual: item && { name: usual('name'), question: usual('question'), followUp: usual('followUp') },
      asks: { delay: !item || isAboutTickets(item), every: !item || !isAboutTickets(item) },
      conditions,
      results: item && `/console/surveys/${item.id}`,
    };
  }
}

const PLACED = [
  ...['kind', 'name', 'question', 'followUp', 'delayHours', 'everyDays', 'coolDownDays', 'expiryDays'],
  ...['onLow-notify', 'onLow-reopen'],
];
