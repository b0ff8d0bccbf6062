import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { Api, instant } from '@foyer/api';
import { field } from '@foyer/web';
import { Companies } from '../companies.js';
import { inviteeOf, roleField } from '../company-view.js';
import { Invitations, type PendingInvitation } from '../invitations.js';
import { Owners } from '../owners.js';
import { PeopleList } from '../people-list.js';
import { person, personOf } from './people.operations.js';
import { peopleWrite, portalApi, teamWrite } from './portal-operations.js';

const invitation = z
  .object({
    id: z.uuid(),
    email: z.string(),
    name: z.string(),
    role: z.string(),
    created_at: instant,
    expires_at: instant,
  })
  .meta({ id: 'Invitation' });
const open = z.object({ data: z.array(invitation) });
const invited = z.object({ email: field.email, name: field.optionalName(100), role: roleField });
const AGAIN = 'A mail with a link, valid for 14 days. Invite again to send another one; the former link ends.';
const company = { company: z.uuid() };
const one = { invitation: z.uuid() };
const member = z.object({ person: z.uuid() });

/** Letting people into a company or the team, and the team itself, for programs. */
@Injectable()
export class InvitationsOperations implements OnModuleInit {
  constructor(
    private readonly api: Api,
    private readonly invitations: Invitations,
    private readonly companies: Companies,
    private readonly list: PeopleList,
    private readonly owners: Owners,
  ) {}

  onModuleInit(): void {
    this.api.add(...this.intoCompanies(), ...this.intoTheTeam(), ...this.ofTheTeam());
  }

  private intoCompanies() {
    const { get, post, remove } = portalApi;
    const told = { scope: peopleWrite, params: z.object(company) };
    return [
      get(
        '/companies/{company}/invitations',
        { ...told, id: 'listInvitations', summary: 'Open invitations into a company', output: open },
        async ({ actor, params: { company: id } }) => {
          await this.list.company(actor, id);
          return sent(await this.invitations.pending(actor, id));
        },
      ),
      post(
        '/companies/{company}/invitations',
        {
          ...{ ...told, id: 'invite', summary: 'Invite somebody into a company', description: AGAIN },
          ...{ body: invited.extend({ role: roleField.default('user') }), output: null },
        },
        ({ actor, params, body, visit }) =>
          this.invitations.invite(
            actor,
            inviteeOf(body),
            { companyId: params.company, companyRole: body.role },
            visit.locale,
          ),
      ),
      remove(
        '/companies/{company}/invitations/{invitation}',
        {
          ...{ scope: peopleWrite, id: 'withdrawInvitation', summary: 'Withdraw an invitation into a company' },
          ...{ params: z.object({ ...company, ...one }), output: null },
        },
        ({ actor, params }) => this.invitations.withdraw(actor, params.company, params.invitation),
      ),
    ];
  }

  private intoTheTeam() {
    const { get, post, remove } = portalApi;
    return [
      get(
        '/team/invitations',
        { scope: teamWrite, id: 'listTeamInvitations', summary: 'Open invitations into the team', output: open },
        async ({ actor }) => sent(await this.invitations.pending(actor, null)),
      ),
      post(
        '/team/invitations',
        {
          ...{ scope: teamWrite, id: 'inviteIntoTeam', summary: 'Invite somebody into the team', description: AGAIN },
          ...{ body: invited, output: null },
        },
        ({ actor, body, visit }) =>
          this.invitations.invite(actor, inviteeOf(body), { teamRole: body.role }, visit.locale),
      ),
      remove(
        '/team/invitations/{invitation}',
        {
          ...{ scope: teamWrite, id: 'withdrawTeamInvitation', summary: 'Withdraw an invitation into the team' },
          ...{ params: z.object(one), output: null },
        },
        ({ actor, params }) => this.invitations.withdraw(actor, null, params.invitation),
      ),
    ];
  }

  private ofTheTeam() {
    const { change, remove } = portalApi;
    return [
      change(
        '/team/{person}',
        {
          ...{ scope: teamWrite, id: 'changeRoleInTeam', summary: 'Give a member of the team another role' },
          description: 'With the ETag of `/people/{person}`. No role that may more than the key.',
          ...{ params: member, body: z.object({ role: roleField }), output: person },
        },
        async ({ actor, params }) => {
          await this.owners.lock();
          return personOf(actor, await this.list.person(actor, params.person));
        },
        async ({ actor, params, body }) => {
          await this.companies.changeTeamRole(actor, params.person, body.role);
          return null;
        },
      ),
      remove(
        '/team/{person}',
        {
          ...{ scope: teamWrite, id: 'removeFromTeam', summary: 'Take somebody out of the team' },
          ...{ params: member, output: null },
        },
        async ({ actor, params }) => {
          await this.companies.changeTeamRole(actor, params.person, null);
        },
      ),
    ];
  }
}

const sent = (invitations: PendingInvitation[]) => ({
  data: invitations.map(({ createdAt, expiresAt, ...rest }) => ({
    ...rest,
    created_at: createdAt,
    expires_at: expiresAt,
  })),
});
