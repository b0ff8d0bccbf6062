import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';
import { Mailer, MailRules, type StillMeant } from '@foyer/mail';
import { Groups } from '@foyer/requests';
import { currentTenant } from '@foyer/tenancy';
import { mailAbout, type RuledTicket, TicketAudience, ticketNumber } from '@foyer/tickets';
import { type Filling, filled } from '../macros/placeholders.js';
import type { MailAction } from './automations.js';

type About = RuledTicket & { number: number; subject: string };
interface Recipient {
  /** Null for an address outside of the portal. */
  id: string | null;
  name: string;
  address: string;
  locale: string | null;
}
export type Audience = MailAction['to'];

/** Mails that rules and clocks write about a ticket. */
@Injectable()
export class RuleMails implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly mailer: Mailer,
    private readonly groups: Groups,
    private readonly onlookers: TicketAudience,
    private readonly rules: MailRules,
  ) {}

  onModuleInit(): void {
    // An address outside of the portal is named by the rule itself.
    const meant =
      (as: 'reader' | 'colleague'): StillMeant =>
      (mail) =>
        mail.about['personId']
          ? this.onlookers.mayBeMailed(mail, as)
          : Promise.resolve(mail.about['outside'] === 'yes');
    this.rules.declare({ 'service/email/rule': meant('reader'), 'service/email/late': meant('colleague') });
  }

  async send(ticketId: string, { to, text }: MailAction, values: Filling, cause: string): Promise<void> {
    // A mail is plain text: what a reply would need as a backslash would stand there.
    const body = filled(text, values).replace(/\\([\\`*_[\]<>])/g, '$1');
    await this.tell(ticketId, [to], 'service/email/rule', { body }, `service.rule:${cause}`);
  }

  /** One mail for each person, whoever asked for it twice. */
  async tell(ticketId: string, to: readonly Audience[], template: string, data: object, key: string): Promise<void> {
    await this.database.write(async () => {
      const about = await this.about(ticketId);
      if (!about) return;
      const recipients = new Map<string, Recipient>();
      for (const audience of to)
        for (const one of await this.recipients(audience, about)) recipients.set(one.address, one);
      const number = ticketNumber(about.number);
      for (const { id, ...person } of recipients.values()) {
        // Somebody outside learns of the ticket what the mail says, and no way into the portal.
        const path =
          id === null ? null : id === about.requesterId ? `/tickets/${number}` : `/console/tickets/${number}`;
        await this.mailer.queue({
          to: { name: person.name, address: person.address },
          template,
          about: id === null ? { outside: 'yes' } : mailAbout(ticketId, id),
          data: {
            ...data,
            name: person.name,
            number,
            subject: about.subject,
            url: path && `${currentTenant().origin}${path}`,
          },
          key: `${key}:${person.address}`,
          locale: person.locale ?? '',
        });
      }
    });
  }

  /** Of the team, only those who may see the ticket hear of it. */
  private async recipients(audience: Audience, about: About): Promise<Recipient[]> {
    const { assigneeId, requesterId, groupId } = about;
    if (audience.includes('@')) return [{ id: null, name: audience, address: audience, locale: null }];
    const members = audience === 'group' ? ((await this.groups.find(groupId))?.memberIds ?? []) : [];
    const ids =
      audience === 'requester' ? [requesterId] : audience === 'group' ? members : assigneeId ? [assigneeId] : [];
    const team = audience === 'requester' ? sql`true` : sql`team_role is not null`;
    const readers = audience === 'requester' ? new Set(ids) : await this.onlookers.among(ids, about);
    return this.database.read((em) =>
      rows<Recipient>(
        em,
        sql`select id, name, email as address, locale from ${table('person')} where id = any(${[...readers]}::uuid[]) and status = 'active' and ${team}`,
      ),
    );
  }

  private async about(ticketId: string): Promise<About | undefined> {
    const [about] = await this.database.read((em) =>
      rows<About>(
        em,
        sql`select id, number::int, subject, group_id as "groupId", assignee_id as "assigneeId", requester_id as "requesterId",
                   company_id as "companyId", to_json(watcher_ids) as "watcherIds"
              from ${table('ticket')} where id = ${ticketId}`,
      ),
    );
    return about;
  }
}
