import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { holds } from '@foyer/access';
import { type Use, useLinks, Uses } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { field, type FormState, type OtherView, show, type Visit } from '@foyer/web';
import { keptWithout } from '../identity-slots.js';
import { PeopleList } from '../people-list.js';
import type { PortalActor } from '../portal-actor.js';

/** Said by whoever has read what somebody leaves behind. */
export const leavingForm = z.object({ anyway: field.flag });
export type LeavingForm = FormState<z.output<typeof leavingForm>>;

/** Asks, before somebody leaves, what is to become of the settings that use them. */
@Injectable()
export class Leaving {
  constructor(
    private readonly uses: Uses,
    private readonly list: PeopleList,
    private readonly slots: Slots,
  ) {}

  /** The page that says which settings these are. Null where there are none, or whoever sends it has read that. */
  async asked(
    visit: Visit,
    actor: PortalActor,
    personId: string,
    form: LeavingForm,
    { action, back }: { action: string; back: { href: string; label: string } },
  ): Promise<OtherView | null> {
    // Whoever may not is told so by what comes after.
    if (!holds(actor.ability, 'manage', 'Team') || (!form.failed && form.value.anyway)) return null;
    const uses = await this.uses.of(personId);
    const kept = (await Promise.all(this.slots.of(keptWithout).map((find) => find(personId)))).flat();
    if (uses.length + kept.length === 0) return null;
    const { name } = await this.list.person(actor, personId);
    const manages = holds(actor.ability, 'manage', 'Settings');
    const links = (all: readonly Use[]) =>
      useLinks(all, visit.locale).map((use) => (manages ? use : { ...use, href: null }));
    return show('identity/team/leaving', { name, uses: links(uses), kept: links(kept), action, back }, 422);
  }
}
