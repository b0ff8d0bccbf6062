import { randomUUIDv7 } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { Collections, inPack } from '@foyer/settings';
import { PackSections } from '@foyer/tenants';
import { FIRST_SURVEY, surveys } from './survey.js';

const declared = z.strictObject({ surveys: z.array(inPack(surveys, [])) });
type Declared = z.output<typeof declared>;

/** `surveys.json` of a tenant pack: what there is by that kind and name takes the declared content and keeps its id. */
@Injectable()
export class SurveysPack implements OnModuleInit {
  constructor(
    private readonly collections: Collections,
    private readonly sections: PackSections,
  ) {}

  onModuleInit(): void {
    this.sections.register<Declared>({
      name: 'surveys',
      order: 45,
      schema: declared,
      apply: (content) => this.apply(content),
    });
  }

  private async apply({ surveys: given }: Declared): Promise<void> {
    const items = [...(await this.collections.stored(surveys))];
    for (const each of given) {
      const index = items.findIndex(
        ({ id, kind, name }) => kind === each.kind && (name === each.name || id === FIRST_SURVEY.id),
      );
      if (index < 0) items.push({ ...each, id: randomUUIDv7() });
      else items[index] = { ...each, id: items[index]!.id };
    }
    await this.collections.apply(surveys, items);
  }
}
