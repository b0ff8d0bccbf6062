import { Get, Post } from '@nestjs/common';
import { holds } from '@foyer/access';
import { Ask, type Asked, ConsoleController, id, Posts, seeOther, View, type Visit } from '@foyer/web';
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
import { Leaving, leavingForm } from './leaving.js';

const PATH = '/console/team';
const inviting = { form: teamInviteForm };
const onInvitation = { params: { id } };
const changingRole = { params: { id }, form: teamRoleForm };
const removing = { params: { id }, form: leavingForm };

/** The operator's own people. All of them see each other; who manages them does so up to what they may themselves. */
@ConsoleController('team', { can: ['read', 'Team'] })
@Posts<typeof onInvitation, PortalActor, TeamController>(onInvitation, () => PATH, {
  'invitations/:id/removal': [
    ({ invitations }, { actor, id }) => invitations.withdraw(actor, null, id),
    'identity.invite.withdrawn',
  ],
})
@Posts<typeof changingRole, PortalActor, TeamController>(changingRole, () => PATH, {
  ':id/role': [
    ({ companies }, { actor, id, form }) => companies.changeTeamRole(actor, id, chosen(form).role),
    'identity.members.role-changed',
  ],
})
export class TeamController {
  constructor(
    private readonly list: PeopleList,
    readonly companies: Companies,
    readonly invitations: Invitations,
    private readonly roles: TeamRoles,
    private readonly leaving: Leaving,
  ) {}

  @Get()
  @View('identity/team/team')
  page(@Ask() { visit, actor }: Asked<object, PortalActor>) {
    return this.view(visit, actor);
  }

  @Post('invitations')
  @View('identity/team/team')
  async invite(@Ask(inviting) { visit, actor, form }: Asked<typeof inviting, PortalActor>) {
    await form.attempt((value) =>
      this.invitations.invite(actor, inviteeOf(value), { teamRole: value.role }, visit.locale),
    );
    return form.failed ? this.view(visit, actor, form) : seeOther(PATH, 'identity.invite.done');
  }

  @Post(':id/removal')
  async remove(@Ask(removing) { visit, actor, id, form }: Asked<typeof removing, PortalActor>) {
    const asked = await this.leaving.asked(visit, actor, id, form, {
      action: `${PATH}/${id}/removal`,
      back: { href: PATH, label: visit.t('identity.team.title') },
    });
    if (asked) return asked;
    await this.companies.changeTeamRole(actor, id, null);
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
        .map(({ id, name, email, teamRole, frozen, lastSeen }) => {
          const you = id === actor.id;
          const may = manages && !you && within(teamRole ?? '');
          return {
            id,
            name,
            email,
            role: teamRole,
            roleLabel: labelOf(teamRole ?? ''),
            gone: !described.some(({ value }) => value === teamRole),
            ...{ you, frozen },
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
