import { Injectable } from '@nestjs/common';
import { Conflict, holds, NotFound } from '@foyer/access';
import { Database, rows, Sql, sql, join, verbatim } from '@foyer/database';
import type { PortalActor } from '@foyer/identity';
import { Features, type FirstStep, firstSteps, Settings, settingNow } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { firstHour } from './progress.js';

export interface Step {
  step: FirstStep;
  isDone: boolean;
  isSkipped: boolean;
}

/** Nobody else has a first hour. */
export const isAsked = ({ ability }: PortalActor): boolean => holds(ability, 'manage', 'Settings');

/** What a new business does first, and how far it has come. */
@Injectable()
export class FirstHour {
  constructor(
    private readonly slots: Slots,
    private readonly database: Database,
    private readonly settings: Settings,
    private readonly features: Features,
  ) {}

  /** Whether the console begins with it: until it is done, or was put away. From memory. */
  static isOn(): boolean {
    const { isHidden, isFinished } = settingNow(firstHour);
    return !isHidden && !isFinished;
  }

  /** In the order of the business's blueprint; what it does not name stands behind, as the modules have it. */
  async steps(actor: PortalActor): Promise<Step[]> {
    if (!isAsked(actor)) return [];
    const { skipped, steps: named } = await this.settings.get(firstHour);
    const chosen = await this.settings.get('features');
    const place = ({ id }: FirstStep) => (named.includes(id) ? named.indexOf(id) : named.length);
    const shown = this.slots
      .of(firstSteps)
      .filter(({ id, onlyNamed }) => !onlyNamed || named.includes(id))
      .filter(({ feature }) => !feature || this.features.isOn(feature, chosen))
      .filter(({ shownTo }) => !shownTo || shownTo(actor))
      .toSorted((a, b) => place(a) - place(b));
    const done = await this.facts(shown);
    return shown.map((step, index) => ({
      step,
      isDone: done[index]!,
      isSkipped: !done[index] && skipped.includes(step.id),
    }));
  }

  async skip(actor: PortalActor, id: string, isSkipped: boolean): Promise<void> {
    if (!this.slots.of(firstSteps).some((step) => step.id === id)) throw new NotFound();
    await this.settings.change(actor, firstHour, ({ skipped }) => {
      const others = skipped.filter((each) => each !== id);
      return { skipped: isSkipped ? [...others, id] : others };
    });
  }

  /** Puts the list away, or back. */
  async hide(actor: PortalActor, isHidden: boolean): Promise<void> {
    await this.settings.change(actor, firstHour, { isHidden });
  }

  /** For good. @throws Conflict while something is left. */
  async finish(actor: PortalActor): Promise<void> {
    const steps = await this.steps(actor);
    if (steps.some(({ isDone, isSkipped }) => !isDone && !isSkipped)) throw new Conflict('start.left');
    await this.settings.change(actor, firstHour, { isFinished: true });
  }

  /** Looking at the portal is the one step that leaves no trace of its own. */
  async lookAtPortal(actor: PortalActor): Promise<void> {
    await this.settings.change(actor, firstHour, { portalSeen: true });
  }

  /** What the database has to say of all of them, it says in one statement. */
  private async facts(steps: readonly FirstStep[]): Promise<boolean[]> {
    const asked = steps.map(({ isDone }) => isDone());
    const conditions = asked.flatMap((each, index) =>
      each instanceof Sql ? [sql`(${each}) as ${verbatim(`"${index}"`)}`] : [],
    );
    const found =
      conditions.length === 0
        ? {}
        : await this.database.read(
            async (em) => (await rows<Record<string, boolean>>(em, sql`select ${join(conditions, ', ')}`))[0]!,
          );
    return Promise.all(asked.map(async (each, index) => (each instanceof Sql ? found[index]! : each)));
  }
}
