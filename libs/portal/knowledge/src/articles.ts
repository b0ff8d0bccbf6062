import { Injectable } from '@nestjs/common';
import MiniSearch from 'minisearch';
import { bare, searchable } from '@foyer/i18n';
import type { PortalActor } from '@foyer/identity';
import { Collections } from '@foyer/settings';
import { type Article, articles } from './article.js';

/** What stands in the title or among its other words says most about an article. */
const BOOST = { title: 3, words: 3, text: 1 };
/** Of the words that were asked for, so many must be found: one alone says little about a sentence. */
const ENOUGH = 0.33;
const indexes = new WeakMap<readonly Article[], MiniSearch<Article>>();

/** Finds articles by their words, as far as the reader may see them. From memory: it costs no statement. */
@Injectable()
export class Articles {
  constructor(private readonly collections: Collections) {}

  /**
   * Those that fit best come first. Letters may be wrong, words unfinished. Without words: as the operator
   * put them in order. `locale` null: in whichever language.
   */
  async find(actor: PortalActor, words: string, locale: string | null, limit: number): Promise<Article[]> {
    const all = await this.collections.all(articles);
    const shown = (article: Article) =>
      article.enabled &&
      maySee(actor, article) &&
      (locale === null || article.locale === null || article.locale === locale);
    if (words.trim() === '') return all.filter(shown).slice(0, limit);
    const byId = new Map(all.map((article) => [article.id, article]));
    return indexOf(all)
      .search(words)
      .filter(({ queryTerms }) => queryTerms.length > 0)
      .map(({ id, queryTerms }) => ({ article: byId.get(id as string)!, found: queryTerms.length }))
      .filter(({ article, found }) => shown(article) && found >= ENOUGH * Math.min(wordsIn(words), 6))
      .slice(0, limit)
      .map(({ article }) => article);
  }
}

export function maySee(actor: PortalActor, { audience }: Article): boolean {
  if (actor.teamRole !== null || audience === 'everybody') return true;
  return audience === 'signed-in' && actor.id !== null;
}

/** A changed list is another array: its index is made when it is first asked for. */
function indexOf(all: readonly Article[]): MiniSearch<Article> {
  let index = indexes.get(all);
  if (!index) {
    index = new MiniSearch<Article>({
      fields: ['title', 'words', 'text'],
      tokenize: (text) => searchable(text).split(' '),
      processTerm: (word) => (tells(word) ? bare(word) : null),
      searchOptions: {
        boost: BOOST,
        prefix: (term) => term.length > 3,
        fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      },
    });
    index.addAll(all);
    indexes.set(all, index);
  }
  return index;
}

/** Words of one or two letters say nothing. */
const tells = (word: string): boolean => word.length > 2;
const wordsIn = (text: string): number => new Set(searchable(text).split(' ').filter(tells).map(bare)).size;
