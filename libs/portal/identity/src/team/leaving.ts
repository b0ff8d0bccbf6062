import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { holds } from '@foyer/access';
import { useLinks, Uses } from '@foyer/settings';
import { field, type FormState, type OtherView, show, type Visit } from '@foyer/web';
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
    if (uses.length === 0) return null;
    const { name } = await this.list.person(actor, personId);
    const manages = holds(actor.ability, 'manage', 'Settings');
    const links = useLinks(uses, visit.locale).map((use) => (manages ? use : { ...use, href: null }));
    return show('identity/team/leaving', { name, uses: links, action, back }, 422);
  }
}
