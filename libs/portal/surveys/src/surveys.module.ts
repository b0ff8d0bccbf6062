import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { Abilities, holds } from '@foyer/access';
import { registerMessages } from '@foyer/i18n';
import { navEntries } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { Themes } from '@foyer/theming';
import { SurveyOperations } from './api/survey.operations.js';
import { Answers } from './answers.js';
import { Asking } from './asking.js';
import { OneClickController } from './customer/one-click.controller.js';
import { RatingController } from './customer/rating.controller.js';
import { SurveyController } from './customer/survey.controller.js';
import { RatingPanel } from './rating-panel.js';
import { surveyRules } from './survey.rules.js';
import { SurveyMails } from './survey-mails.js';
import { SurveyResults } from './survey-results.js';
import { ResultsController } from './team/results.controller.js';
import { SurveysController } from './team/surveys.controller.js';
import { TicketRatings } from './ticket-ratings.js';

registerMessages('surveys', new URL('../locales', import.meta.url));

@Global()
@Module({
  controllers: [SurveysController, ResultsController, RatingController, SurveyController, OneClickController],
  providers: [Answers, Asking, RatingPanel, SurveyMails, SurveyOperations, SurveyResults, TicketRatings],
  exports: [Answers, Asking, SurveyResults, TicketRatings],
})
export class SurveysModule implements OnModuleInit {
  constructor(
    private readonly abilities: Abilities,
    private readonly themes: Themes,
    private readonly slots: Slots,
  ) {}

  onModuleInit(): void {
    this.abilities.contribute(surveyRules);
    this.themes.registerTemplates('surveys', new URL('../templates', import.meta.url));
    this.slots.fill(navEntries, 50, {
      ...{ on: 'console', href: '/console/surveys', label: 'surveys.nav', icon: 'face-5', feature: 'tickets' },
      shownTo: ({ ability }) => holds(ability, 'read', 'SurveyResults'),
    });
  }
}
