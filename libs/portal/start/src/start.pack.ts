import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { Settings } from '@foyer/settings';
import { PackSections } from '@foyer/tenants';
import { firstHour, ofBlueprint } from './progress.js';

const declared = z
  .strictObject({
    ...ofBlueprint,
    /** Of a business that is past its first hour. */
    isFinished: z.boolean(),
  })
  .partial();

/** `start.json` of a tenant pack. */
@Injectable()
export class StartPack implements OnModuleInit {
  constructor(
    private readonly sections: PackSections,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.sections.register({
      ...{ name: 'start', order: 12, schema: declared },
      apply: (content) => this.settings.apply(firstHour, content),
    });
  }
}
