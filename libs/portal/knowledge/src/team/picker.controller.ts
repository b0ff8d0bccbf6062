import { Get } from '@nestjs/common';
import { z } from 'zod';
import type { PortalActor } from '@foyer/identity';
import { Ask, type Asked, ConsoleController, field, View } from '@foyer/web';
import { articleView } from '../article-view.js';
import { Articles } from '../articles.js';

const MOST = 8;
const asked = z.object({ q: field.search });
const seeking = { query: asked };

/** What the picker above an answer looks up while one types. */
@ConsoleController('articles', { feature: 'knowledge', can: ['read', 'Note'] })
export class ArticlePickerController {
  constructor(private readonly articles: Articles) {}

  @Get()
  @View('knowledge/team/found')
  async found(@Ask(seeking) { visit, actor, query: { q } }: Asked<typeof seeking, PortalActor>) {
    const found = await this.articles.find(actor, q, null, MOST);
    return { articles: found.map((article) => articleView(visit, article)) };
  }
}
