import { z } from 'zod';
import type { Visit } from '@foyer/web';
import { COMMENT_MAX } from '../answers.js';
import { type Survey, surveyText } from '../survey.js';
import { scaleView, scoreWords, type SurveyKind } from '../survey-kinds.js';

export const answerForm = z.object({
  score: z
    .string()
    .regex(/^\d{1,2}$/, 'web.form.choice')
    .transform(Number),
  comment: z.string().trim().max(COMMENT_MAX).default(''),
});

/** A question as the customer's pages show it. */
export function ratingView(
  visit: Pick<Visit, 'locale'>,
  { survey, kind, score, open }: { survey: Survey; kind: SurveyKind; score: number | null; open: boolean },
  action: string,
) {
  const { locale } = visit;
  return {
    question: surveyText(survey, 'question', locale),
    followUp: surveyText(survey, 'followUp', locale),
    scale: scaleView(locale, kind, score),
    answered: score === null ? null : scoreWords(locale, kind, score),
    ...{ open, action, commentMax: COMMENT_MAX },
  };
}
