import { translate } from '@foyer/i18n';

/** CSAT asks how content somebody is, CES how easy it was, NPS whether they would recommend. */
export const SURVEY_KINDS = ['csat', 'ces', 'nps'] as const;
export type SurveyKind = (typeof SURVEY_KINDS)[number];

/** Scores from `min` to `max`; up to `low` somebody is unhappy (for NPS: a detractor), from `high` happy (a promoter). */
export const SCALES: Record<SurveyKind, { min: number; max: number; low: number; high: number }> = {
  csat: { min: 1, max: 5, low: 2, high: 4 },
  ces: { min: 1, max: 7, low: 3, high: 5 },
  nps: { min: 0, max: 10, low: 6, high: 9 },
};

export const scoresOf = (kind: SurveyKind): number[] => {
  const { min, max } = SCALES[kind];
  return Array.from({ length: max - min + 1 }, (_, index) => min + index);
};
export const isScore = (kind: SurveyKind, score: number): boolean => scoresOf(kind).includes(score);
export const isLow = (kind: SurveyKind, score: number | null): boolean => score !== null && score <= SCALES[kind].low;

/** `Good (4 of 5)`, `9 of 10`. */
export function scoreWords(locale: string, kind: SurveyKind, score: number): string {
  const { max } = SCALES[kind];
  return kind === 'csat'
    ? translate(locale, 'surveys.score.words', { words: translate(locale, `surveys.csat.${score}`), score, max })
    : translate(locale, 'surveys.score.plain', { score, max });
}

/** A scale as pages and mails show it. */
export function scaleView(locale: string, kind: SurveyKind, chosen: number | null) {
  return {
    kind,
    options: scoresOf(kind).map((score) => ({
      value: String(score),
      label: kind === 'csat' ? translate(locale, `surveys.csat.${score}`) : String(score),
      face: kind === 'csat' ? `face-${score}` : null,
      checked: score === chosen,
    })),
    worst: translate(locale, `surveys.${kind}.worst`),
    best: translate(locale, `surveys.${kind}.best`),
  };
}
