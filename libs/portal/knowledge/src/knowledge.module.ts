import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { registerMessages } from '@foyer/i18n';
import { Features, ListOperations, setupPages } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { Themes } from '@foyer/theming';
import { articles } from './article.js';
import { Articles } from './articles.js';
import { KnowledgePack } from './knowledge.pack.js';
import { ArticlesOnTickets } from './on-tickets.js';
import { ArticlesController } from './team/articles.controller.js';
import { ArticlePickerController } from './team/picker.controller.js';

registerMessages('knowledge', new URL('../locales', import.meta.url));

@Global()
@Module({
  controllers: [ArticlesController, ArticlePickerController],
  providers: [Articles, ArticlesOnTickets, KnowledgePack],
  exports: [Articles],
})
export class KnowledgeModule implements OnModuleInit {
  constructor(
    private readonly themes: Themes,
    private readonly features: Features,
    private readonly slots: Slots,
    private readonly lists: ListOperations,
  ) {}

  onModuleInit(): void {
    this.lists.offer(articles, { one: 'article', several: 'articles', feature: 'knowledge' });
    this.themes.registerTemplates('knowledge', new URL('../templates', import.meta.url));
    this.features.declare({
      ...{ name: 'knowledge', icon: 'book', order: 20, byDefault: true },
      ...{ label: 'knowledge.feature.label', description: 'knowledge.feature.description' },
    });
    this.slots.fill(setupPages, 55, {
      ...{ group: 'service', href: '/console/settings/articles', icon: 'book', feature: 'knowledge' },
      ...{ label: 'knowledge.title', text: 'knowledge.lead' },
    });
  }
}
