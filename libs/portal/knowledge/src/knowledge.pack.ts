import { randomUUIDv7 } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { Collections, inPack } from '@foyer/settings';
import { PackSections } from '@foyer/tenants';
import { articles } from './article.js';

const declared = z.strictObject({ articles: z.array(inPack(articles, [])) });
type Declared = z.output<typeof declared>;

/** `knowledge.json` of a tenant pack: what is known by its address takes the declared content and keeps its id. */
@Injectable()
export class KnowledgePack implements OnModuleInit {
  constructor(
    private readonly collections: Collections,
    private readonly sections: PackSections,
  ) {}

  onModuleInit(): void {
    this.sections.register<Declared>({
      ...{ name: 'knowledge', order: 50, schema: declared },
      apply: (content) => this.apply(content),
    });
  }

  private async apply({ articles: given }: Declared): Promise<void> {
    const items = [...(await this.collections.stored(articles))];
    for (const each of given) {
      const index = items.findIndex(({ url }) => url === each.url);
      if (index < 0) items.push({ ...each, id: randomUUIDv7() });
      else items[index] = { ...each, id: items[index]!.id };
    }
    await this.collections.apply(articles, items);
  }
}
