import { Get, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { z } from 'zod';
import { holds } from '@foyer/access';
import {
  Can,
  ConsoleController,
  CurrentActor,
  CurrentVisit,
  Form,
  type FormState,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { Accounts } from '../accounts.js';
import { Companies } from '../companies.js';
import {
  chosen,
  inviteeOf,
  invitationViews,
  teamInviteForm,
  type TeamInviteForm,
  teamRoleForm,
} from '../company-view.js';
import { Invitations } from '../invitations.js';
import { PeopleList } from '../people-list.js';
import type { PortalActor } from '../portal-actor.js';
import { TeamRoles } from '../roles/team-roles.js';
import { Leaving, type LeavingForm, leavingForm } from './leaving.js';

const PATH = '/console/team';

/** The operator's own people. All of them see each other; who manages them does so up to what they may themselves. */
@Can('read', 'Team')
@ConsoleController('team')
export class TeamController {
  constructor(
    private readonly list: PeopleList,
    private readonly companies: Companies,
    private readonly accounts: Accounts,
    private readonly invitations: Invitations,
    private readonly roles: TeamRoles,
    private readonly leaving: Leaving,
  ) {}

  @Get()
  @View('identity/team/team')
  page(@CurrentVisit() visit: Visit, @CurrentActor() actor: PortalActor) {
    return this.view(visit, actor);
  }

  @Post('invitations')
  @View('identity/team/team')
  async invite(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Form(teamInviteForm) form: TeamInviteForm,
  ) {
    await form.attempt((value) =>
      this.invitations.invite(actor, inviteeOf(value), { teamRole: value.role }, visit.locale),
    );
    return form.failed ? this.view(visit, actor, form) : seeOther(PATH, 'identity.invite.done');
  }

  @Post('invitations/:id/removal')
  async withdraw(@CurrentActor() actor: PortalActor, @Param('id', ParseUUIDPipe) id: string) {
    await this.invitations.withdraw(actor, null, id);
    return seeOther(PATH, 'identity.invite.withdrawn');
  }

  @Post(':id/role')
  async changeRole(
    @CurrentActor() actor: PortalActor,
    @Param('id', ParseUUIDPipe) id: string,
    @Form(teamRoleForm) form: FormState<z.output<typeof teamRoleForm>>,
  ) {
    await this.companies.changeTeamRole(actor, id, chosen(form).role);
    return seeOther(PATH, 'identity.members.role-changed');
  }

  @Post(':id/removal')
  async remove(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Param('id', ParseUUIDPipe) id: string,
    @Form(leavingForm) form: LeavingForm,
  ) {
    const asked = await this.leaving.asked(visit, actor, id, form, {
      action: `${PATH}/${id}/removal`,
      back: { href: PATH, label: visit.t('identity.team.title') },
    });
    if (asked) return asked;
    await this.companies.changeTeamRole(actor, id, null);
    await this.accounts.endSessionsOf(id);
    return seeOther(PATH, 'identity.members.removed');
  }

  private async view(visit: Visit, actor: PortalActor, form?: TeamInviteForm) {
    const { rows } = await this.list.people(actor, { kind: 'team', limit: 200 });
    const manages = holds(actor.ability, 'manage', 'Team');
    const t = (key: string) => visit.t(key);
    const labelOf = await this.roles.labels(t);
    const described = await this.roles.described(t);
    const within = await this.roles.within(actor);
    return {
      members: rows
        .filter(({ status }) => status === 'active')
        .map(({ id, name, email, teamRole, lastSeen }) => {
          const you = id === actor.id;
          const may = manages && !you && within(teamRole ?? '');
          return {
            id,
            name,
            email,
            role: teamRole,
            roleLabel: labelOf(teamRole ?? ''),
            gone: !described.some(({ value }) => value === teamRole),
            you,
            lastSeen,
            href: null,
            can: { role: may, remove: may },
          };
        }),
      invitations: manages ? invitationViews(await this.invitations.pending(actor, null), labelOf) : [],
      roles: described.filter(({ value }) => within(value)),
      described,
      can: { invite: manages },
      form: form ?? visit.form({ role: 'agent' }),
    };
  }
}
