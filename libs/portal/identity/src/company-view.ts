import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { field, type FormState } from '@foyer/web';
import type { PendingInvitation } from './invitations.js';
import type { MemberRow } from './people-list.js';
import type { PortalActor } from './portal-actor.js';

/** Which roles there are is for the verb to say: the operator composes some. */
export const roleField = z.string().trim().min(1).max(40);
const invitee = { email: field.email, name: field.optionalName(100) };
export const companyInviteForm = z.object({ ...invitee, role: roleField, company: field.optionalId });
export const teamInviteForm = z.object({ ...invitee, role: roleField });
export const companyRoleForm = z.object({ role: roleField });
export const teamRoleForm = z.object({ role: roleField });
export type CompanyInviteForm = FormState<z.output<typeof companyInviteForm>>;
export type TeamInviteForm = FormState<z.output<typeof teamInviteForm>>;

/** The value of a form that is a single choice. What is no choice did not come from the page, so there is nothing to show again. */
export function chosen<T>(form: FormState<T>): T {
  if (form.failed) throw new InvalidField('', 'web.form.choice');
  return form.value;
}

/** Who is invited without a name is called by what stands before the @ until they say otherwise. */
export const inviteeOf = ({ email, name }: { email: string; name: string }) => ({
  email,
  name: name || email.split('@')[0]!,
});

export function memberViews(
  actor: PortalActor,
  members: MemberRow[],
  labelOf: (role: string) => string,
  gives: (role: string) => boolean,
) {
  return members.map(({ id, name, email, role, lastSeen }) => {
    const may = id !== actor.id && gives(role);
    return {
      id,
      name,
      email,
      role,
      roleLabel: labelOf(role),
      you: id === actor.id,
      lastSeen,
      can: { role: may, remove: may },
    };
  });
}

export function invitationViews(invitations: PendingInvitation[], labelOf: (role: string) => string) {
  return invitations.map(({ id, email, role, createdAt }) => ({
    id,
    email,
    roleLabel: labelOf(role),
    sentAt: createdAt,
    can: { cancel: true },
  }));
}
