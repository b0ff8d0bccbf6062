import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { InvalidField, holds } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';
import { Ask, type Asked, ConsoleController, type FormState, id, Posts, seeOther, View } from '@foyer/web';
import { Absences } from './absences.js';

const PATH = '/console/availability';
const DAY = 86_400_000;
const awayForm = z.object({
  /** The first day back; empty: until they say so. */
  until: z
    .string()
    .optional()
    .refine((text) => !text || z.iso.date().safeParse(text).success, 'service.hours.wrong-date')
    .transform((text) => (text ? new Date(`${text}T00:00Z`) : null)),
});
const onPerson = { params: { person: id } };
const leaving = { ...onPerson, form: awayForm };

/** Who takes new tickets. Whoever is away gets none by routing; those they have stay theirs. */
@ConsoleController('availability', { feature: 'tickets', can: ['reply', 'Desk'] })
@Posts<typeof onPerson, PortalActor, AvailabilityController>(onPerson, () => PATH, {
  ':person/return': [
    ({ absences }, { actor, person }) => absences.comeBack(actor, person),
    'service.availability.back',
  ],
})
export class AvailabilityController {
  constructor(readonly absences: Absences) {}

  @Get()
  @View('service/team/availability')
  page(@Ask() { visit, actor }: Asked<object, PortalActor>) {
    return this.view(actor, visit.form(), null);
  }

  @Post(':person/absence')
  @View('service/team/availability')
  async leave(@Ask(leaving) { actor, person: id, form }: Asked<typeof leaving, PortalActor>) {
    await form.attempt(({ until }) => {
      if (until && until.getTime() < Date.now() - DAY) throw new InvalidField('until', 'service.availability.past');
      return this.absences.leave(actor, id, until);
    });
    return form.failed ? this.view(actor, form, id) : seeOther(PATH, 'service.availability.left');
  }

  private async view(actor: PortalActor, form: FormState<unknown>, of: string | null) {
    const all = await this.absences.all();
    const may = (id: string) => id === actor.id || holds(actor.ability, 'manage', 'Settings');
    // Oneself first: that is what one comes for.
    const people = all.toSorted((a, b) => Number(b.id === actor.id) - Number(a.id === actor.id));
    const untouched = { values: {}, errors: {} };
    return {
      form,
      people: people.map((person) => ({
        ...person,
        self: person.id === actor.id,
        may: may(person.id),
        form: person.id === of ? { values: form.values, errors: form.errors } : untouched,
        path: `${PATH}/${person.id}`,
      })),
    };
  }
}
