export { type Article, articles } from './article.js';
export { Articles } from './articles.js';
export { KnowledgeModule } from './knowledge.module.js';
