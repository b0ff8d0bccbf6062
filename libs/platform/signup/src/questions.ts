import type { Visit } from '@foyer/web';

const OF_PORTALS = ['name', 'data', 'team', 'languages'] as const;
const OF_PLANS = ['card', 'after', 'change', 'less', 'tickets', 'cancel', 'tax'] as const;

/** What businesses ask before they sign up; of plans and money only where something is sold: with the days of the trial. */
export function questions(visit: Visit, days: number | null) {
  const asked = days === null ? OF_PORTALS : [...OF_PLANS, ...OF_PORTALS];
  return asked.map((each) => ({
    question: visit.t(`signup.questions.${each}.question`),
    answer: visit.t(`signup.questions.${each}.answer`, { days: days ?? 0 }),
  }));
}
