export { type Answer, Answers } from './answers.js';
export { Asking } from './asking.js';
export { FIRST_SURVEY, type Survey, surveys, surveyText } from './survey.js';
export { isScore, SCALES, scoresOf, scoreWords, SURVEY_KINDS, type SurveyKind } from './survey-kinds.js';
export { SurveyAnswered, SurveyDue } from './survey.events.js';
export { type Period, type Results, SurveyResults } from './survey-results.js';
export { SurveysModule } from './surveys.module.js';
export { netPromoters } from './team/results-view.js';
export { TicketRatings } from './ticket-ratings.js';
