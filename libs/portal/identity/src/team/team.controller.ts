import { Get, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { z } from 'zod';
import {
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
import { TEAM_ROLES } from '../person.entity.js';
import type { PortalActor } from '../portal-principals.js';

const PATH = '/console/team';

/** The operator's own people. All of them see each other; owners and admins manage. */
@ConsoleController('team')
export class TeamController {
  constructor(
    private readonly list: PeopleList,
    private readonly companies: Companies,
    private readonly accounts: Accounts,
    private readonly invitations: Invitations,
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
  async remove(@CurrentActor() actor: PortalActor, @Param('id', ParseUUIDPipe) id: string) {
    await this.companies.changeTeamRole(actor, id, null);
    await this.accounts.endSessionsOf(id);
    return seeOther(PATH, 'identity.members.removed');
  }

  private async view(visit: Visit, actor: PortalActor, form?: TeamInviteForm) {
    const { rows } = await this.list.people(actor, { kind: 'team', limit: 200 });
    const manages = actor.ability.can('manage', 'Team');
    const offered = TEAM_ROLES.filter((role) => role !== 'owner' || actor.teamRole === 'owner');
    return {
      members: rows
        .filter(({ status }) => status === 'active')
        .map(({ id, name, email, teamRole, lastSeen }) => {
          const you = id === actor.id;
          const may = manages && !you && (teamRole !== 'owner' || actor.teamRole === 'owner');
          return {
            id,
            name,
            email,
            role: teamRole,
            roleLabel: visit.t(`identity.team-role.${teamRole}`),
            you,
            lastSeen,
            href: null,
            can: { role: may, remove: may },
          };
        }),
      invitations: manages
        ? invitationViews(await this.invitations.pending(actor, null), (role) => visit.t(`identity.team-role.${role}`))
        : [],
      roles: offered.map((value) => ({
        value,
        label: visit.t(`identity.team-role.${value}`),
        hint: visit.t(`identity.team-role.${value}-hint`),
      })),
      can: { invite: manages },
      form: form ?? visit.form({ role: 'agent' }),
    };
  }
}
