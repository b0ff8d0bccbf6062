import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { holds } from '@foyer/access';
import {
  Ask,
  type Asked,
  ConsoleController,
  field,
  type FormState,
  safeReturn,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { roleField } from '../company-view.js';
import { Newcomers } from '../newcomers.js';
import { PeopleList } from '../people-list.js';
import type { PortalActor } from '../portal-actor.js';
import { Roles } from '../roles/roles.js';

const PATH = '/console/people';
const newcomerForm = z.object({
  name: field.name(100),
  email: field.email,
  phone: field.optionalText(40),
  company: field.optionalId,
  role: roleField.default('user'),
  invite: z.string().optional(),
  /** Where the new person is needed: the page gets them as `customer`. */
  return_to: z.string().max(300).optional().catch(undefined),
});
const arriving = { given: ['q', 'return_to'] } as const;
const adding = { form: newcomerForm };

/** A customer whom the team adds by hand: somebody who called, or came by. */
@ConsoleController('people/new', { can: ['create', 'Person'] })
export class NewPersonController {
  constructor(
    private readonly newcomers: Newcomers,
    private readonly list: PeopleList,
    private readonly roles: Roles,
  ) {}

  @Get()
  @View('identity/team/person-new')
  blank(@Ask(arriving) { visit, actor, q: typed, return_to: returnTo }: Asked<typeof arriving, PortalActor>) {
    const words = typeof typed === 'string' ? typed.slice(0, 100) : '';
    const known = words.includes('@') ? { email: words } : { name: words };
    return this.view(visit, actor, visit.form({ role: 'user', ...known }), returnTo);
  }

  @Post()
  @View('identity/team/person-new')
  async add(@Ask(adding) { visit, actor, form }: Asked<typeof adding, PortalActor>) {
    if (form.values['role'] && !(await this.roles.isKnown(form.values['role']))) form.fail('role', 'web.form.choice');
    const person = await form.attempt(({ name, email, phone, company, role, invite }) =>
      this.newcomers.add(
        actor,
        { name, email, phone },
        company ? { companyId: company, role } : null,
        invite !== undefined,
      ),
    );
    if (!person) return this.view(visit, actor, form, form.values['return_to']);
    const back = safeReturn(form.value.return_to, '');
    const to = back ? `${back}${back.includes('?') ? '&' : '?'}customer=${person.id}` : `${PATH}/${person.id}`;
    return seeOther(to, 'identity.person.added');
  }

  private async view(visit: Visit, actor: PortalActor, form: FormState<unknown>, returnTo: unknown) {
    const links = holds(actor.ability, 'create', 'Membership');
    return {
      form,
      returnTo: safeReturn(returnTo, '') || null,
      back: safeReturn(returnTo, PATH),
      companies: links ? await this.list.companyNames(actor) : [],
      roles: await this.roles.options(
        (key) => visit.t(key),
        () => true,
      ),
      invite: form.values['invite'] !== undefined,
      mayInvite: holds(actor.ability, 'invite', 'Membership'),
    };
  }
}
