import { InvalidField } from '@foyer/access';
import { translate } from '@foyer/i18n';
import {
  choice,
  declareResource,
  flag,
  group,
  type Localized,
  localized,
  type ResourceItem,
  translatedText,
  whole,
} from '@foyer/settings';
import { conditionsPart, durationWords } from '@foyer/tickets';
import { SURVEY_KINDS } from './survey-kinds.js';

const MAX_DAYS = 730;

/** Every portal asks its customers from the start, without anybody setting it up. */
const FIRST = { id: '00000000-0000-4000-8000-0000000000c1', kind: 'csat' };

/** What is asked of whom, and when. */
export const surveys = declareResource('surveys', {
  one: 'survey',
  words: 'surveys.set-up',
  page: { path: 'surveys', group: 'service', icon: 'face-5', order: 60, feature: 'tickets' },
  pack: {
    ...{ name: 'surveys', order: 45 },
    isSame: ({ id, kind, name }, given) => kind === given.kind && (name === given.name || id === FIRST.id),
  },
  fields: {
    enabled: flag(true, { inList: true }),
    kind: choice(SURVEY_KINDS, 'surveys.kind', { fixed: true, hint: true }),
    /** Empty texts are the usual ones of the kind, in every language. */
    name: translatedText(80, { optional: true }),
    question: translatedText(200, { optional: true }),
    followUp: translatedText(200, { optional: true }),
    /** After a ticket was solved: CSAT and CES. */
    delayHours: whole([0, 720], { byDefault: 24, label: 'delay', hint: true }),
    /** Of each person: NPS. */
    everyDays: whole([7, MAX_DAYS], { byDefault: 90, label: 'every', hint: true }),
    /** The ticket that was solved; for NPS, any ticket that somebody has had. */
    conditions: conditionsPart,
    /** Whoever was asked anything within these days is left alone. */
    coolDownDays: whole([1, MAX_DAYS], { byDefault: 30, label: 'cool-down', hint: true }),
    /** How long an answer may be given and changed. */
    expiryDays: whole([1, MAX_DAYS], { byDefault: 30, label: 'expiry' }),
    /** What a low score brings about. */
    onLow: group({ notify: flag(true), reopen: flag(false, { hint: true }) }),
  },
  first: [FIRST],
  title: (survey, locale) => surveyText(survey, 'name', locale),
  row: ({ kind, delayHours: hours, everyDays, coolDownDays: days }, say) => ({
    text: [
      say.t(`surveys.kind.${kind}`),
      isAboutTickets({ kind })
        ? say.t('surveys.set-up.row-solved', { hours, delay: durationWords(say, hours), days })
        : say.t('surveys.set-up.row-every', { every: everyDays, days }),
    ].join(' · '),
  }),
  goesBy: () => true,
  check({ name }, before) {
    // Without a name it would be called like the survey that every portal has.
    if (!before && name === '') throw new InvalidField('name', 'web.form.required');
  },
});
export type Survey = ResourceItem<typeof surveys>;
export const FIRST_SURVEY: Survey = surveys.about.first[0]!;

type Text = 'name' | 'question' | 'followUp';
type Kind = { kind: (typeof SURVEY_KINDS)[number] };
export function surveyText(survey: Localized & Kind & Record<Text, string>, text: Text, locale: string): string {
  return localized(survey, text, locale) || translate(locale, `surveys.${survey.kind}.${text}`);
}
/** Whether it is asked about a ticket that was solved. */
export const isAboutTickets = ({ kind }: Kind): boolean => kind !== 'nps';
