import { randomUUIDv7 } from 'node:crypto';
import type { Doer } from '@foyer/events';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

export const TEAM_ROLES = ['owner', 'admin', 'agent', 'editor', 'viewer'] as const;
export type StandardTeamRole = (typeof TEAM_ROLES)[number];
/** A standard role, or the id of one that the operator has composed. */
export type TeamRole = StandardTeamRole | (string & {});
/** Mails about tickets: also of each new one, of what is assigned to them, calls them or they follow, or none. */
export const TICKET_MAIL_WISHES = ['all', 'mine', 'none'] as const;
export type TicketMailWish = (typeof TICKET_MAIL_WISHES)[number];
export type PersonStatus = 'invited' | 'active' | 'deactivated';

/** Somebody with an account on this portal: a customer, a team member, or both. Their password: `PersonPasswords`. */
@Entity({ schema: '*' })
export class Person {
  @PrimaryKey({ type: 'uuid' }) id: string = randomUUIDv7();
  @Property({ type: 'text' }) email!: string;
  @Property({ type: 'text' }) name!: string;
  @Property({ type: 'text', nullable: true }) phone: string | null = null;
  @Property({ type: 'text', nullable: true }) teamRole: TeamRole | null = null;
  @Property({ type: 'text' }) status: PersonStatus = 'active';
  @Property({ type: 'timestamptz', nullable: true }) emailVerifiedAt: Date | null = null;
  @Property({ type: 'text', nullable: true }) locale: string | null = null;
  @Property({ type: 'text', nullable: true }) timeZone: string | null = null;

  /** As members of the team. What they ask as customers is answered in any case. */
  @Property({ type: 'text' }) ticketMails: TicketMailWish = 'all';

  /** The company they act for at present, where they belong to several. */
  @Property({ type: 'uuid', nullable: true }) currentCompanyId: string | null = null;
  @Property({ type: 'timestamptz', nullable: true }) lastSeenAt: Date | null = null;
  @Property({ type: 'timestamptz' }) createdAt: Date = new Date();

  /** An owner may start before the mail has come: nobody else is there yet whom they could pretend to be. */
  get maySignIn(): boolean {
    return this.status === 'active' && (this.emailVerifiedAt !== null || this.teamRole === 'owner');
  }
}

/** Stamps an event as the doing of whoever has just proved who they are, by a link or a password, and has no session yet. */
export const byThemselves = ({ id, name }: Person): { by: Doer } => ({ by: { kind: 'person', id, name } });
