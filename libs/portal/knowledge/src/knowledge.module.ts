import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { sql, table } from '@foyer/database';
import { registerMessages } from '@foyer/i18n';
import { Features, firstSteps, settingsPage } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { Themes } from '@foyer/theming';
import { articles } from './article.js';
import { Articles } from './articles.js';
import { ArticlesOnTickets } from './on-tickets.js';
import { ArticlePickerController } from './team/picker.controller.js';

registerMessages('knowledge', new URL('../locales', import.meta.url));

@Global()
@Module({
  controllers: [settingsPage(articles), ArticlePickerController],
  providers: [Articles, ArticlesOnTickets],
  exports: [Articles],
})
export class KnowledgeModule implements OnModuleInit {
  constructor(
    private readonly themes: Themes,
    private readonly features: Features,
    private readonly slots: Slots,
  ) {}

  onModuleInit(): void {
    this.themes.registerTemplates('knowledge', new URL('../templates', import.meta.url));
    this.slots.fill(firstSteps, 46, {
      ...{
        id: 'articles',
        href: '/console/settings/articles',
        words: 'knowledge.steps.articles',
        feature: 'knowledge',
      },
      ...{ onlyNamed: true, isDone: () => sql`exists (select from ${table('item')} where kind = ${articles.name})` },
    });
    this.features.declare({
      ...{ name: 'knowledge', icon: 'book', order: 20, byDefault: true },
      ...{ label: 'knowledge.feature.label', description: 'knowledge.feature.description' },
    });
  }
}
