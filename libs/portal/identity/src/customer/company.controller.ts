import { Get, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { allowed, NotFound } from '@foyer/access';
import {
  CurrentActor,
  CurrentVisit,
  field,
  Form,
  type FormState,
  PortalController,
  safeReturn,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { Companies } from '../companies.js';
import {
  chosen,
  companyInviteForm,
  type CompanyInviteForm,
  companyRoleForm,
  invitationViews,
  inviteeOf,
  memberViews,
} from '../company-view.js';
import { Invitations } from '../invitations.js';

import { PeopleList } from '../people-list.js';
import { Roles } from '../roles/roles.js';
import type { PortalActor } from '../portal-actor.js';

const choiceForm = z.object({ company: field.id, back: z.string().max(300).optional() });

/** A company seen by its own people: everybody sees that they belong to it, its admins run it. */
@PortalController('company')
export class CompanyController {
  constructor(
    private readonly people: PeopleList,
    private readonly companies: Companies,
    private readonly invitations: Invitations,
    private readonly roles: Roles,
  ) {}

  @Get()
  @View('identity/customer/company')
  page(@CurrentVisit() visit: Visit, @CurrentActor() actor: PortalActor, @Query('company') id?: unknown) {
    return this.view(visit, actor, companyOf(actor, id));
  }

  @Post('invitations')
  @View('identity/customer/company')
  async invite(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Form(companyInviteForm) form: CompanyInviteForm,
  ) {
    const company = companyOf(actor, form.values['company']);
    await form.attempt((value) =>
      this.invitations.invite(
        actor,
        inviteeOf(value),
        { companyId: company.id, companyRole: value.role },
        visit.locale,
      ),
    );
    return form.failed ? this.view(visit, actor, company, form) : back(company.id, 'identity.invite.done');
  }

  /** Which of several companies somebody acts for from now on. */
  @Post('choice')
  async choose(@CurrentActor() actor: PortalActor, @Form(choiceForm) form: FormState<z.output<typeof choiceForm>>) {
    const { company, back } = chosen(form);
    await this.companies.actFor(actor, company);
    return seeOther(safeReturn(back, '/company'), 'identity.company.switched');
  }

  @Post('invitations/:id/removal')
  async withdraw(@CurrentActor() actor: PortalActor, @Param('id', ParseUUIDPipe) id: string) {
    const companyId = await this.invitations.companyOf(id);
    if (!companyId) throw new NotFound();
    await this.invitations.withdraw(actor, companyId, id);
    return back(companyId, 'identity.invite.withdrawn');
  }

  @Post(':company/members/:id/role')
  async changeRole(
    @CurrentActor() actor: PortalActor,
    @Param('company', ParseUUIDPipe) company: string,
    @Param('id', ParseUUIDPipe) id: string,
    @Form(companyRoleForm) form: FormState<z.output<typeof companyRoleForm>>,
  ) {
    await this.companies.changeRole(actor, company, id, chosen(form).role);
    return back(company, 'identity.members.role-changed');
  }

  @Post(':company/members/:id/removal')
  async remove(
    @CurrentActor() actor: PortalActor,
    @Param('company', ParseUUIDPipe) company: string,
    @Param('id', ParseUUIDPipe) id: string,
  ) {
    await this.companies.remove(actor, company, id);
    return back(company, 'identity.members.removed');
  }

  private async view(
    visit: Visit,
    actor: PortalActor,
    company: { id: string; name: string },
    form?: CompanyInviteForm,
  ) {
    const may = (verb: string) => allowed(actor.ability, verb, 'Membership', { companyId: company.id });
    const gives = await this.roles.giving(actor, 'administer', company.id);
    const t = (key: string) => visit.t(key);
    const labelOf = await this.roles.labels(t);
    return {
      company: { id: company.id, name: company.name },
      membersPath: `/company/${company.id}/members`,
      companies: actor.companies.map(({ id, name }) => ({
        name,
        label: name,
        href: `/company?company=${id}`,
        current: id === company.id,
      })),
      members: memberViews(actor, await this.people.members(actor, company.id), labelOf, gives),
      invitations: may('invite') ? invitationViews(await this.invitations.pending(actor, company.id), labelOf) : [],
      roles: await this.roles.options(t, await this.roles.giving(actor, 'invite', company.id)),
      can: { list: may('read'), invite: may('invite') },
      form: form ?? visit.form({ role: 'user' }),
    };
  }
}

const back = (companyId: string, flash: string) => seeOther(`/company?company=${companyId}`, flash);

/** The company asked for, or the person's first. Somebody without any has no such page. */
function companyOf(actor: PortalActor, id: unknown): PortalActor['companies'][number] {
  const company = actor.companies.find((one) => one.id === (id || actor.companyId));
  if (!company) throw new NotFound();
  return company;
}
