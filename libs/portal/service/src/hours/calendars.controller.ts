import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { firstDayOfWeek } from '@foyer/i18n';
import {
  Collections,
  one,
  ResourceController,
  type ResourceInput,
  SettingsPage,
  type Typed,
  typedRows,
} from '@foyer/settings';
import type { FormState, Visit } from '@foyer/web';
import { type Calendar, calendars } from './calendars.js';
import { DAYS, dayName, weekFrom, spanOf, spanValues, weekWords } from './week-form.js';

const PART = 'holidays';

/** When somebody is there: the week, and the days on which nobody is. */
@SettingsPage(calendars)
export class CalendarsController extends ResourceController<Calendar> {
  protected readonly collection = calendars;
  protected override readonly template = 'service/team/calendar';
  protected override readonly begins = { week: 'mon-a-from', holidays: 'holidays-0-date' };

  constructor(collections: Collections) {
    super(collections);
  }

  protected override firstRows() {
    return { [PART]: () => ({ date: '', name: '' }) };
  }

  protected override row(visit: Visit, { name, week, timeZone, holidays }: Calendar) {
    const days = visit.t('service.hours.holidays-count', { count: holidays.length });
    return {
      title: name,
      text: [weekWords(visit.region, week), timeZone?.replaceAll('_', ' '), days].filter(Boolean).join(' · '),
    };
  }

  protected override values(visit: Visit, item: Calendar | null) {
    const week = item?.week ?? DAYS.map((_, day) => (day < 5 ? [[540, 1020] as [number, number]] : []));
    const holidays = (item?.holidays ?? []).flatMap(({ date, name, yearly }, n) => [
      [`${PART}-${n}-date`, date],
      [`${PART}-${n}-name`, name],
      ...(yearly ? [[`${PART}-${n}-yearly`, '1']] : []),
    ]);
    return { ...super.values(visit, item), ...spanValues(week), ...(Object.fromEntries(holidays) as Typed) };
  }

  protected override async made(input: ResourceInput, before: Calendar | null, visit: Visit) {
    const typed = input as Typed;
    const week = DAYS.map((day) => [spanOf(typed, day, 'a'), spanOf(typed, day, 'b')].filter((span) => span !== null));
    return { ...(await super.made(input, before, visit)), week, holidays: this.holidays(typed) };
  }

  protected override async choices(visit: Visit, form: FormState<unknown>, item: Calendar | null) {
    const view = await super.choices(visit, form, item);
    const days = weekFrom(firstDayOfWeek(visit.region)).map((index) => ({
      day: DAYS[index]!,
      label: dayName(visit.region, index),
    }));
    const holidays = typedRows(form.values, PART, 200).map(({ n, values }) => ({
      n,
      name: `${PART}-${n}`,
      yearly: 'yearly' in values,
    }));
    return { ...view, fields: [...view.fields, ...controlsOf(visit, days, holidays)], days, holidays };
  }

  private holidays(typed: Typed) {
    return typedRows(typed, PART, 200).flatMap(({ n, values }) => {
      const date = one(values['date']).trim();
      const name = one(values['name']).trim();
      if (date === '' && name === '') return [];
      const at = (what: string) => `${PART}-${n}-${what}`;
      if (Array.isArray(values['date']) || !z.iso.date().safeParse(date).success)
        throw new InvalidField(at('date'), 'service.hours.wrong-date');
      if (Array.isArray(values['name']) || name.length > 80) throw new InvalidField(at('name'), 'web.form.wrong');
      if (name === '') throw new InvalidField(at('name'), 'web.form.required');
      return [{ date, name, yearly: 'yearly' in values }];
    });
  }
}

/** What the summary of what is wrong calls them. */
function controlsOf(visit: Visit, days: { day: string; label: string }[], holidays: { name: string }[]) {
  const of = (name: string, key: string, values = {}) => ({ name, label: visit.t(`service.hours.${key}`, values) });
  return [
    ...days.flatMap(({ day, label }) => [
      of(`${day}-a-from`, 'from', { day: label }),
      of(`${day}-a-to`, 'to', { day: label }),
      of(`${day}-b-from`, 'again-from', { day: label }),
      of(`${day}-b-to`, 'again-to', { day: label }),
    ]),
    ...holidays.flatMap(({ name }) => [of(`${name}-date`, 'date'), of(`${name}-name`, 'holiday-name')]),
  ];
}
