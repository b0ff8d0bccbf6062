import { applyDecorators, Injectable } from '@nestjs/common';
import { allowed } from '@foyer/access';
import { type FormState, id, Posts, type Visit } from '@foyer/web';
import { Companies } from './companies.js';
import {
  chosen,
  type CompanyInviteForm,
  companyRoleForm,
  invitationViews,
  inviteeOf,
  memberViews,
} from './company-view.js';
import { Invitations } from './invitations.js';
import { PeopleList } from './people-list.js';
import type { PortalActor } from './portal-actor.js';
import { Roles } from './roles/roles.js';

/** Who belongs to a company and who is invited: the same on its page in the portal and in the console. */
@Injectable()
export class CompanyPeople {
  constructor(
    private readonly list: PeopleList,
    private readonly invitations: Invitations,
    private readonly roles: Roles,
  ) {}

  async view(visit: Visit, actor: PortalActor, companyId: string, form?: FormState<unknown>) {
    const may = (verb: string) => allowed(actor.ability, verb, 'Membership', { companyId });
    const t = (key: string) => visit.t(key);
    const labelOf = await this.roles.labels(t);
    const members = await this.list.members(actor, companyId);
    const gives = await this.roles.giving(actor, 'administer', companyId);
    const invited = may('invite') ? await this.invitations.pending(actor, companyId) : [];
    const hasAdmin = [...members, ...invited].some(({ role }) => role === 'company_admin');
    return {
      members: memberViews(actor, members, labelOf, gives),
      invitations: invitationViews(invited, labelOf),
      roles: await this.roles.options(t, await this.roles.giving(actor, 'invite', companyId)),
      form: form ?? visit.form({ role: hasAdmin ? 'user' : 'company_admin' }),
      can: { list: may('read'), invite: may('invite') },
    };
  }

  async invite({ locale }: Visit, actor: PortalActor, companyId: string, form: CompanyInviteForm): Promise<void> {
    await form.attempt(({ role, ...invitee }) =>
      this.invitations.invite(actor, inviteeOf(invitee), { companyId, companyRole: role }, locale),
    );
  }
}

const onMember = { params: { company: id, person: id } };
const changingRole = { ...onMember, form: companyRoleForm };
type Controller = { companies: Companies };

/** What is done to a member from there. */
export function MemberPosts(at: (companyId: string) => string) {
  const back = ({ company }: { company: string }) => at(company);
  return applyDecorators(
    Posts<typeof changingRole, PortalActor, Controller>(changingRole, back, {
      ':company/members/:person/role': [
        ({ companies }, { actor, company, person, form }) =>
          companies.changeRole(actor, company, person, chosen(form).role),
        'identity.members.role-changed',
      ],
    }),
    Posts<typeof onMember, PortalActor, Controller>(onMember, back, {
      ':company/members/:person/removal': [
        ({ companies }, { actor, company, person }) => companies.remove(actor, company, person),
        'identity.members.removed',
      ],
    }),
  );
}
