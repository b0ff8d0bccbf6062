import { Get } from '@nestjs/common';
import { z } from 'zod';
import type { PortalActor } from '@foyer/identity';
import {
  Can,
  ConsoleController,
  CurrentActor,
  CurrentVisit,
  Feature,
  Filters,
  View,
  type Visit,
  field,
} from '@foyer/web';
import { articleView } from '../article-view.js';
import { Articles } from '../articles.js';

const MOST = 8;
const asked = z.object({ q: field.search });

/** What the picker above an answer looks up while one types. */
@ConsoleController('articles')
@Feature('knowledge')
@Can('read', 'Note')
export class ArticlePickerController {
  constructor(private readonly articles: Articles) {}

  @Get()
  @View('knowledge/team/found')
  async found(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Filters(asked) { q }: z.output<typeof asked>,
  ) {
    const found = await this.articles.find(actor, q, null, MOST);
    return { articles: found.map((article) => articleView(visit, article)) };
  }
}
