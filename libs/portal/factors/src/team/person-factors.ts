import { Get, Injectable, type OnModuleInit, Post } from '@nestjs/common';
import { z } from 'zod';
import { NotFound } from '@foyer/access';
import { PeopleList, personPanels, type PortalActor } from '@foyer/identity';
import { Slots } from '@foyer/slots';
import { Ask, type Asked, ConsoleController, field, type FormState, id, Posts, seeOther, View } from '@foyer/web';
import { Factors } from '../factors.js';
import { Resets } from '../resets.js';

const onPerson = { params: { id } };
const resetting = { params: { id }, form: z.object({ reason: field.text(200) }) };
const at = (person: string) => `/console/people/${person}`;

/** On the page of a person: whether they have a second factor, for whoever may help when it is lost. */
@Injectable()
export class PersonFactors implements OnModuleInit {
  constructor(
    private readonly slots: Slots,
    private readonly people: PeopleList,
    private readonly factors: Factors,
    private readonly resets: Resets,
  ) {}

  onModuleInit(): void {
    this.slots.fill(personPanels, 20, {
      place: 'main',
      load: async (actor, personId) => {
        const person = await this.people.person(actor, personId);
        if (!this.resets.mayBegin(actor, person)) return null;
        const { length: count } = await this.factors.of(personId);
        const pending = await this.resets.pendingOf(personId);
        const view = { count, action: `${at(personId)}/factors`, readyAt: pending?.readyAt.toISOString() ?? null };
        return { template: 'factors/team/person', view };
      },
    });
  }
}

@ConsoleController('people/:id/factors', { can: ['browse', 'Person'] })
@Posts<typeof onPerson, PortalActor, PersonFactorsController>(onPerson, ({ id: person }) => at(person), {
  stop: [
    async ({ resets, people }, { actor, id: person }) => resets.stopOf(actor, await people.person(actor, person)),
    'factors.reset.stopped',
  ],
})
export class PersonFactorsController {
  constructor(
    readonly people: PeopleList,
    readonly resets: Resets,
  ) {}

  @Get()
  @View('factors/team/reset')
  page(@Ask(onPerson) { visit, actor, id: person }: Asked<typeof onPerson, PortalActor>) {
    return this.view(actor, person, visit.form());
  }

  @Post()
  @View('factors/team/reset')
  async begin(@Ask(resetting) { actor, id: person, form }: Asked<typeof resetting, PortalActor>) {
    await form.attempt(({ reason }) => this.resets.begin(actor, person, reason));
    return form.failed ? this.view(actor, person, form) : seeOther(at(person), 'factors.reset.begun');
  }

  private async view(actor: PortalActor, personId: string, form: FormState<unknown>) {
    const person = await this.people.person(actor, personId);
    if (!this.resets.mayBegin(actor, person)) throw new NotFound();
    return { name: person.name, action: `${at(personId)}/factors`, back: at(personId), form };
  }
}
