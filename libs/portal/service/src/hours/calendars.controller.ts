import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { firstDayOfWeek, isTimeZone, timeZones } from '@foyer/i18n';
import { CollectionController, Collections, one, type Typed, typedRows } from '@foyer/settings';
import { Can, ConsoleController, field, type FormState, type Visit } from '@foyer/web';
import { type Calendar, calendars } from './calendars.js';
import { DAYS, dayName, weekFrom, spanOf, spanValues, weekWords } from './week-form.js';

const calendarForm = z.looseObject({
  name: field.text(80),
  zone: z
    .string()
    .optional()
    .refine((zone) => !zone || isTimeZone(zone), 'web.form.choice')
    .transform((zone) => zone || null),
});
type CalendarForm = z.output<typeof calendarForm>;
const PART = 'holidays';

/** When somebody is there: the week, and the days on which nobody is. */
@Can('manage', 'Settings')
@ConsoleController('settings/hours')
export class CalendarsController extends CollectionController<Calendar, CalendarForm> {
  protected readonly path = '/console/settings/hours';
  protected readonly collection = calendars;
  protected readonly form = calendarForm;
  protected readonly template = 'service/team/calendar';
  protected readonly words = 'service.hours';

  constructor(collections: Collections) {
    super(collections);
  }

  protected override firstRows() {
    return { [PART]: () => ({ date: '', name: '' }) };
  }

  protected row(visit: Visit, { name, week, timeZone, holidays }: Calendar) {
    const days = visit.t('service.hours.holidays-count', { count: holidays.length });
    return {
      title: name,
      text: [weekWords(visit.region, week), timeZone?.replaceAll('_', ' '), days].filter(Boolean).join(' · '),
    };
  }

  protected values(_visit: Visit, item: Calendar | null) {
    const week = item?.week ?? DAYS.map((_, day) => (day < 5 ? [[540, 1020] as [number, number]] : []));
    const holidays = (item?.holidays ?? []).flatMap(({ date, name, yearly }, n) => [
      [`${PART}-${n}-date`, date],
      [`${PART}-${n}-name`, name],
      ...(yearly ? [[`${PART}-${n}-yearly`, '1']] : []),
    ]);
    return {
      name: item?.name,
      zone: item?.timeZone ?? '',
      ...spanValues(week),
      ...(Object.fromEntries(holidays) as Typed),
    };
  }

  protected made({ name, zone, ...typed }: CalendarForm) {
    const week = DAYS.map((day) =>
      [spanOf(typed as Typed, day, 'a'), spanOf(typed as Typed, day, 'b')].filter((span) => span !== null),
    );
    if (week.every((day) => day.length === 0)) throw new InvalidField('mon-a-from', 'service.hours.never');
    return { name, timeZone: zone, week, holidays: this.holidays(typed as Typed) };
  }

  protected override choices(visit: Visit, form: FormState<unknown>) {
    const zones = timeZones(typeof form.values['zone'] === 'string' ? form.values['zone'] : null).map((value) => ({
      value,
      label: value.replaceAll('_', ' '),
    }));
    const days = weekFrom(firstDayOfWeek(visit.region)).map((index) => ({
      day: DAYS[index]!,
      label: dayName(visit.region, index),
    }));
    const holidays = typedRows(form.values, PART, 200).map(({ n, values }) => ({
      n,
      name: `${PART}-${n}`,
      yearly: 'yearly' in values,
    }));
    return {
      controls: controlsOf(visit, days, holidays),
      zones: [{ value: '', label: visit.t('service.hours.portal-zone') }, ...zones],
      days,
      holidays,
    };
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
