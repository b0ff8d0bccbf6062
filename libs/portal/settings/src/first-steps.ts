import { Injectable } from '@nestjs/common';
import type { Actor } from '@foyer/access';
import { z } from 'zod';
import { Database, rows, sql, table } from '@foyer/database';
import { Slot, Slots } from '@foyer/slots';
import { Features } from './features.js';
import { declareSection } from './section.js';
import { Settings } from './settings.js';

/** One of the few things that a new owner does first. Texts are message keys. */
export interface FirstStep {
  key: string;
  href: string;
  title: string;
  text: string;
  /** Gone when this section is switched off. */
  feature?: string;
  shownTo?: (actor: Actor) => boolean;
  /** Asked of what is there, so that it makes no difference by which way it came about. */
  isDone: () => Promise<boolean>;
}

/** That somebody looked at the portal leaves no other trace. */
const looks = declareSection('first-steps', z.object({ portalSeen: z.boolean().default(false) }));

/** A new owner's list: every module adds what there is to do with it first, and how one sees that it was done. */
export const firstSteps = new Slot<FirstStep>('first-steps');

@Injectable()
export class FirstSteps {
  constructor(
    private readonly slots: Slots,
    private readonly database: Database,
    private readonly settings: Settings,
    private readonly features: Features,
  ) {}

  /** One after the other: they share the page's transaction. */
  async for(actor: Actor, t: (key: string) => string) {
    const chosen = await this.settings.get('features');
    const shown = this.slots
      .of(firstSteps)
      .filter(({ feature }) => !feature || this.features.isOn(feature, chosen))
      .filter(({ shownTo }) => !shownTo || shownTo(actor));
    const steps = [];
    for (const { key, href, title, text, isDone } of shown)
      steps.push({ key, href, title: t(title), text: t(text), done: await isDone() });
    return steps;
  }

  /** Whether a person, not sign-up or a pack, has changed one of these sections. */
  async someoneChanged(...sections: string[]): Promise<boolean> {
    const found = await this.database.read((em) =>
      rows(
        em,
        sql`select 1 from ${table('setting')} where key = any(${sections}::text[]) and changed_by is not null limit 1`,
      ),
    );
    return found.length > 0;
  }

  async portalSeen(): Promise<boolean> {
    return (await this.settings.get(looks)).portalSeen;
  }

  async lookAtPortal({ id }: Actor): Promise<void> {
    await this.settings.apply(looks, { portalSeen: true }, id);
  }
}
