import { EventName } from '@foyer/events';
import type { SurveyKind } from './survey-kinds.js';

/** A ticket was solved a while ago: time to ask, if it still is and may be. */
@EventName('surveys.due')
export class SurveyDue {
  constructor(
    readonly surveyId: string,
    readonly ticketId: string,
    /** By which one knows the solving that was meant. */
    readonly solvedAt: string,
  ) {}
}

/** Somebody has given a score, or another one. */
@EventName('surveys.answered')
export class SurveyAnswered {
  constructor(
    readonly surveyId: string,
    readonly answerId: string,
    readonly ticketId: string | null,
    readonly score: number,
    /** Null: there was none. */
    readonly formerScore: number | null,
    readonly kind: SurveyKind,
    readonly personId: string,
  ) {}
}

/** Somebody wants no more surveys, or wants them again. */
@EventName('surveys.opted-out')
export class SurveysOptedOut {
  constructor(
    readonly personId: string,
    readonly out: boolean,
  ) {}
}
