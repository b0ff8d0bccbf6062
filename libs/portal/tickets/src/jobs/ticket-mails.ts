import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';
import { OnEvent } from '@foyer/events';
import { translate } from '@foyer/i18n';
import { Mailer, MailRules } from '@foyer/mail';
import { Agents, Groups } from '@foyer/requests';
import { Settings } from '@foyer/settings';
import { currentTenant } from '@foyer/tenancy';
import { ReplyAddresses } from '../reply-addresses.js';
import { Reopening } from '../reopening/reopening.js';
import {
  TicketAssigned,
  TicketNoted,
  TicketOpened,
  TicketReplied,
  TicketShared,
  TicketSolved,
} from '../ticket.events.js';
import { mailAbout, TicketAudience } from '../access/ticket-audience.js';
import { ticketNumber } from '../ticket-number.js';

interface Facts {
  id: string;
  number: number;
  subject: string;
  body: string;
  author_id: string | null;
  author: string | null;
  author_key: string | null;
  requester_id: string;
  requester: string;
  requester_email: string;
  answers_to: string | null;
  requester_locale: string | null;
  requester_confirmed: boolean;
  by_mail: boolean;
  /** Of the latest mail that the requester wrote. */
  mail_id: string | null;
  assignee_id: string | null;
  assignee: string | null;
  assignee_email: string | null;
  assignee_locale: string | null;
  format: 'text' | 'markdown';
  group_id: string | null;
  company_id: string | null;
  watcher_ids: string[];
  mention_ids: string[];
  watchers: Recipient[];
}
const FOR_READERS = ['opened', 'replied', 'follower', 'solved'] as const;
const FOR_COLLEAGUES = ['mentioned', 'assigned'] as const;
const FOR_BYSTANDERS = ['new-for-team'] as const;
type Kind = (typeof FOR_READERS | typeof FOR_COLLEAGUES | typeof FOR_BYSTANDERS)[number];
interface Recipient {
  id: string;
  name: string;
  address: string;
  locale: string | null;
  team: boolean;
  /** Whether they have asked for mails at that address, or somebody may have written in their name. */
  confirmed: boolean;
}

/**
 * Tells people by mail what happened to their tickets. All mails about a ticket refer to one id that no mail has
 * (RFC 5322, 3.6.4), so that mail programs show them as one conversation whoever got which.
 */
@Injectable()
export class TicketMails implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly mailer: Mailer,
    private readonly addresses: ReplyAddresses,
    private readonly groups: Groups,
    private readonly agents: Agents,
    private readonly audience: TicketAudience,
    private readonly settings: Settings,
    private readonly reopening: Reopening,
    private readonly rules: MailRules,
  ) {}

  onModuleInit(): void {
    const declare = (kinds: readonly Kind[], as: Parameters<TicketAudience['mayBeMailed']>[1]) => {
      for (const kind of kinds)
        this.rules.declare({ [`tickets/email/${kind}`]: (mail) => this.audience.mayBeMailed(mail, as) });
    };
    declare(FOR_READERS, 'reader');
    declare(FOR_COLLEAGUES, 'colleague');
    declare(FOR_BYSTANDERS, 'bystander');
  }

  @OnEvent(TicketOpened, 'tickets.mail-opened')
  async opened({ ticketId, messageId, confirm, proved }: TicketOpened): Promise<void> {
    await this.database.write(async () => {
      const facts = await this.facts(ticketId, messageId);
      if (!facts) return;
      // A mail whose sender nothing proves may be anybody's: its words do not go back to whom it names (security 50).
      const confirmed = proved || (facts.requester_confirmed && !facts.by_mail);
      if (confirm) await this.send('opened', facts, { ...requester(facts), confirmed }, messageId);
      // A customer who asked for a colleague hears that it has arrived, too.
      const asker = facts.watchers.find(({ id, team }) => id === facts.author_id && !team);
      if (asker && asker.id !== facts.requester_id) await this.send('opened', facts, asker, messageId);
      // Whoever it was given to at once hears of that instead.
      if (facts.assignee_id) return;
      for (const member of await this.seeing(facts, await this.concerned(facts.group_id)))
        if (member.id !== facts.author_id) await this.send('new-for-team', facts, member, messageId);
    });
  }

  @OnEvent(TicketReplied, 'tickets.mail-replied')
  async replied({ ticketId, messageId }: TicketReplied): Promise<void> {
    await this.database.write(async () => {
      const facts = await this.facts(ticketId, messageId);
      if (!facts) return;
      const others = new Map<string, Recipient>();
      for (const person of [answered(facts), assignee(facts), ...facts.watchers])
        if (person && person.id !== facts.author_id) others.set(person.id, person);
      for (const person of await this.seeing(facts, [...others.values()]))
        await this.send('replied', facts, person, messageId);
    });
  }

  @OnEvent(TicketNoted, 'tickets.mail-mentioned')
  async mentioned({ ticketId, messageId }: TicketNoted): Promise<void> {
    await this.database.write(async () => {
      const facts = await this.facts(ticketId, messageId);
      if (!facts) return;
      const called = facts.watchers.filter(({ id, team }) => team && facts.mention_ids.includes(id));
      for (const person of await this.seeing(facts, called))
        if (person.id !== facts.author_id) await this.send('mentioned', facts, person, messageId);
    });
  }

  @OnEvent(TicketShared, 'tickets.mail-shared')
  async shared({ ticketId, personId, messageId }: TicketShared): Promise<void> {
    await this.database.write(async () => {
      const facts = await this.facts(ticketId, messageId);
      if (!facts) return;
      const followers = facts.watchers.filter(({ id }) => id === personId);
      for (const person of await this.seeing(facts, followers)) await this.send('follower', facts, person, messageId);
    });
  }

  @OnEvent(TicketAssigned, 'tickets.mail-assigned')
  async assigned({ ticketId, assigneeId, byId, messageId }: TicketAssigned): Promise<void> {
    if (assigneeId === byId) return;
    await this.database.write(async () => {
      const facts = await this.facts(ticketId, messageId);
      const person = facts && assignee(facts);
      if (person?.id !== assigneeId) return;
      for (const one of await this.seeing(facts!, [person])) await this.send('assigned', facts!, one, messageId);
    });
  }

  @OnEvent(TicketSolved, 'tickets.mail-solved')
  async solved({ ticketId, byId, messageId }: TicketSolved): Promise<void> {
    await this.database.write(async () => {
      const facts = await this.facts(ticketId, messageId);
      if (facts && facts.requester_id !== byId) await this.send('solved', facts, answered(facts), messageId);
    });
  }

  private async send(kind: Kind, facts: Facts, to: Recipient, messageId: string): Promise<void> {
    const forTeam = to.team;
    const { defaultLocale, name: business } = await this.settings.get('general');
    // Of rules and clocks customers hear nothing: the business speaks.
    const robot = facts.author_key ? translate(to.locale ?? defaultLocale, facts.author_key) : facts.author;
    const author = facts.author_id === null && !forTeam ? business || currentTenant().name : robot;
    const number = ticketNumber(facts.number);
    const key = `tickets.${kind}:${messageId}:${to.id}`;
    // Who has not asked reads that something has come, and no word of whoever wrote it.
    const quoted = kind !== 'opened' || to.confirmed;
    const messageIdOfMail = this.addresses.messageIdFor({ ticketId: facts.id, personId: to.id }, key);
    await this.mailer.queue({
      to: { name: quoted ? to.name : '', address: to.address },
      template: `tickets/email/${kind}`,
      about: mailAbout(facts.id, to.id),
      data: {
        kind: kind === 'opened' && facts.author_id !== to.id ? 'opened-for' : kind,
        name: quoted ? to.name : '',
        number,
        subject: quoted ? facts.subject : null,
        body: quoted ? facts.body : null,
        markdown: facts.format === 'markdown',
        author: quoted ? (author ?? '') : null,
        requester: quoted ? facts.requester : null,
        solved: await this.reopening.rules(),
        url: `${currentTenant().origin}${forTeam ? '/console' : ''}/tickets/${number}`,
      },
      key,
      locale: to.locale ?? '',
      thread: {
        messageId: messageIdOfMail,
        // Their own program knows the mail they wrote, and shows ours below it.
        references: [threadRoot(facts.id), ...(to.id === facts.requester_id && facts.mail_id ? [facts.mail_id] : [])],
      },
      replyTo: this.addresses.addressFor(facts.number, to.id),
    });
  }

  private async facts(ticketId: string, messageId: string): Promise<Facts | undefined> {
    const [facts] = await this.database.write((em) =>
      rows<Facts>(
        em,
        sql`select t.id, t.number::int, t.subject, t.group_id, t.company_id, t.answers_to, to_json(t.watcher_ids) as watcher_ids, m.body, m.format, to_json(m.mention_ids) as mention_ids, m.author_id, coalesce(w.name, m.data->>'by') as author, m.data->>'byKey' as author_key,
                   (select coalesce(json_agg(json_build_object('id', p.id, 'name', p.name, 'address', p.email, 'locale', p.locale, 'team', p.team_role is not null, 'confirmed', p.email_verified_at is not null)), '[]')
                      from ${table('person')} p where p.id = any(t.watcher_ids) and p.status = 'active') as watchers,
                   r.id as requester_id, r.name as requester, r.email as requester_email, r.locale as requester_locale, r.email_verified_at is not null as requester_confirmed, m.source = 'email' as by_mail,
                   (select l.data->>'mailId' from ${table('ticket_message')} l where l.ticket_id = t.id and l.author_id = r.id and l.data->>'mailId' is not null order by l.created_at desc limit 1) as mail_id,
                   a.id as assignee_id, a.name as assignee, a.email as assignee_email, a.locale as assignee_locale
              from ${table('ticket')} t
              join ${table('ticket_message')} m on m.id = ${messageId} and m.ticket_id = t.id
              join ${table('person')} r on r.id = t.requester_id
              left join ${table('person')} a on a.id = t.assignee_id
              left join ${table('person')} w on w.id = m.author_id
             where t.id = ${ticketId}`,
      ),
    );
    return facts;
  }

  /** Nobody is told of a ticket they may not see. */
  private async seeing<Person extends Recipient>(facts: Facts, people: Person[]): Promise<Person[]> {
    const ids = people.map(({ id }) => id);
    const { id, requester_id: requesterId, company_id: companyId, watcher_ids: watcherIds } = facts;
    const ticket = { id, requesterId, companyId, watcherIds, assigneeId: facts.assignee_id, groupId: facts.group_id };
    const readers = await this.audience.among(ids, ticket);
    return people.filter((one) => readers.has(one.id));
  }

  /** The members of the group it was given to; without one, everybody who works on tickets. */
  private async concerned(groupId: string | null): Promise<Recipient[]> {
    const group = await this.groups.find(groupId);
    const among = group && group.memberIds.length > 0 ? sql`p.id = any(${group.memberIds}::uuid[])` : sql`true`;
    const working = await this.agents.working('p');
    return this.database.write((em) =>
      rows<Recipient>(
        em,
        sql`select p.id, p.name, p.email as address, p.locale, true as team, true as confirmed from ${table('person')} p where ${working} and p.ticket_mails = 'all' and ${among} limit 200`,
      ),
    );
  }
}

const threadRoot = (ticketId: string): string => `<ticket.${ticketId}@${new URL(currentTenant().origin).hostname}>`;

const requester = (facts: Facts): Recipient => ({
  id: facts.requester_id,
  name: facts.requester,
  address: facts.requester_email,
  locale: facts.requester_locale,
  team: false,
  confirmed: facts.requester_confirmed,
});

/** Where they asked for the answers, if that is elsewhere. */
const answered = (facts: Facts): Recipient => ({
  ...requester(facts),
  ...(facts.answers_to && { address: facts.answers_to }),
});

function assignee(facts: Facts): Recipient | null {
  if (!facts.assignee_id || !facts.assignee_email) return null;
  return {
    id: facts.assignee_id,
    name: facts.assignee ?? '',
    address: facts.assignee_email,
    locale: facts.assignee_locale,
    team: true,
    confirmed: true,
  };
}
