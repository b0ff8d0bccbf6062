import { Injectable } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';
import { OnEvent } from '@foyer/events';
import { translate } from '@foyer/i18n';
import { type Addressee, type Letter, type Notice, Notices, type Reader } from '@foyer/notify';
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
import { type AboutTicket, TicketAudience } from '../access/ticket-audience.js';
import { ticketNumber } from '../ticket-number.js';

/** The ticket and the message that tells of what happened. */
interface Facts {
  id: string;
  number: number;
  subject: string;
  body: string;
  author_id: string | null;
  author: string | null;
  author_key: string | null;
  author_in_team: boolean;
  /** A program of the customer's company wrote it. */
  by_program: boolean;
  requester_id: string;
  requester: string;
  answers_to: string | null;
  by_mail: boolean;
  /** Of the latest mail that the requester wrote. */
  mail_id: string | null;
  assignee_id: string | null;
  format: 'text' | 'markdown';
  group_id: string | null;
  watcher_ids: string[];
  mention_ids: string[];
  /** Known to come from whom it names, although they have not confirmed their address. */
  proved?: boolean;
}
const AS = {
  ...({ opened: 'reader', replied: 'reader', follower: 'reader', solved: 'reader' } as const),
  ...({ mentioned: 'colleague', assigned: 'colleague', 'new-for-team': 'bystander' } as const),
};
type Kind = keyof typeof AS;

/**
 * Tells people by mail what happened to their tickets. All mails about a ticket refer to one id that no mail has
 * (RFC 5322, 3.6.4), so that mail programs show them as one conversation whoever got which.
 */
@Injectable()
export class TicketMails {
  private readonly notices: Record<Kind, Notice<AboutTicket, Facts>>;

  constructor(
    private readonly database: Database,
    private readonly port: Notices,
    private readonly addresses: ReplyAddresses,
    private readonly groups: Groups,
    private readonly agents: Agents,
    private readonly audience: TicketAudience,
    private readonly settings: Settings,
    private readonly reopening: Reopening,
  ) {
    const declare = (kind: Kind) =>
      this.port.declare<AboutTicket, Facts>({
        ...{ name: `tickets.${kind}`, template: `tickets/email/${kind}`, class: 'service' },
        // Somebody hears that what they sent has arrived.
        ...{ elsewhere: true, alsoDoer: kind === 'opened' },
        mayKnow: (readers, about) => this.audience.mayKnow(readers, about, AS[kind]),
        letter: (reader, facts, key) => this.letter(kind, reader, facts, key),
      });
    this.notices = Object.fromEntries(
      Object.keys(AS).map((kind) => [kind, declare(kind as Kind)]),
    ) as typeof this.notices;
  }

  @OnEvent(TicketOpened, 'tickets.mail-opened')
  async opened({ ticketId, messageId, confirm, proved }: TicketOpened): Promise<void> {
    const facts = await this.facts(ticketId, messageId);
    if (!facts) return;
    const { author_id: author, requester_id: requester } = facts;
    // A customer who asked for a colleague hears that it has arrived, too.
    const asker = author !== requester && !facts.author_in_team && facts.watcher_ids.includes(author ?? '') && author;
    const told = [...(confirm ? [{ id: requester }] : []), ...(asker ? [asker] : [])];
    await this.tell('opened', { ...facts, proved }, messageId, told);
    // Whoever it was given to at once hears of that instead.
    if (!facts.assignee_id) await this.tell('new-for-team', facts, messageId, await this.concerned(facts.group_id));
  }

  @OnEvent(TicketReplied, 'tickets.mail-replied')
  async replied({ ticketId, messageId }: TicketReplied): Promise<void> {
    const facts = await this.facts(ticketId, messageId);
    if (facts) await this.tell('replied', facts, messageId, [...drawnIn(facts), answered(facts)]);
  }

  @OnEvent(TicketNoted, 'tickets.mail-mentioned')
  async mentioned({ ticketId, messageId }: TicketNoted): Promise<void> {
    const facts = await this.facts(ticketId, messageId);
    const called = facts?.watcher_ids.filter((id) => facts.mention_ids.includes(id));
    if (called) await this.tell('mentioned', facts!, messageId, called);
  }

  @OnEvent(TicketShared, 'tickets.mail-shared')
  async shared({ ticketId, personId, messageId }: TicketShared): Promise<void> {
    const facts = await this.facts(ticketId, messageId);
    if (facts?.watcher_ids.includes(personId)) await this.tell('follower', facts, messageId, [personId], null);
  }

  @OnEvent(TicketAssigned, 'tickets.mail-assigned')
  async assigned({ ticketId, assigneeId, byId, messageId }: TicketAssigned): Promise<void> {
    const facts = await this.facts(ticketId, messageId);
    if (facts?.assignee_id === assigneeId) await this.tell('assigned', facts, messageId, [assigneeId], byId);
  }

  @OnEvent(TicketSolved, 'tickets.mail-solved')
  async solved({ ticketId, byId, messageId }: TicketSolved): Promise<void> {
    const facts = await this.facts(ticketId, messageId);
    if (facts) await this.tell('solved', facts, messageId, [answered(facts)], byId);
  }

  private tell(kind: Kind, facts: Facts, id: string, to: Addressee[], by = facts.author_id): Promise<void> {
    return this.port.notify(this.notices[kind], { ticketId: facts.id }, { id, by, to, facts });
  }

  private async letter(kind: Kind, reader: Reader, facts: Facts, key: string): Promise<Letter> {
    // Who asked reads it as a customer does, also a colleague, unless it is theirs to work on.
    const toWhoAsked =
      kind === 'opened' || kind === 'solved' || (kind === 'replied' && !drawnIn(facts).includes(reader.id!));
    const asked = toWhoAsked && reader.id === facts.requester_id;
    const forTeam = reader.team && !asked;
    const { name: business } = await this.settings.get('general');
    // Of rules and clocks customers hear nothing: the business speaks.
    const robot = facts.author_key ? translate(reader.locale, facts.author_key) : facts.author;
    const author = facts.author_id === null && !facts.by_program && !forTeam ? business || currentTenant().name : robot;
    const number = ticketNumber(facts.number);
    // Who has not asked reads that something has come, and no word of whoever wrote it. A mail whose sender nothing proves may
    // be anybody's: its words do not go back to whom it names (security 50).
    const confirmed = asked ? facts.proved || (reader.confirmed && !facts.by_mail) : reader.confirmed;
    const quoted = kind !== 'opened' || confirmed;
    return {
      ...(!quoted && { name: '' }),
      data: {
        kind: kind === 'opened' && facts.author_id !== reader.id ? 'opened-for' : kind,
        name: quoted ? reader.name : '',
        number,
        subject: quoted ? facts.subject : null,
        body: quoted ? facts.body : null,
        markdown: facts.format === 'markdown',
        author: quoted ? (author ?? '') : null,
        requester: quoted ? facts.requester : null,
        solved: await this.reopening.rules(),
        url: `${currentTenant().origin}${forTeam ? '/console' : ''}/tickets/${number}`,
      },
      thread: {
        messageId: this.addresses.messageIdFor({ ticketId: facts.id, personId: reader.id! }, key),
        // Their own program knows the mail they wrote, and shows ours below it.
        references: [
          threadRoot(facts.id),
          ...(reader.id === facts.requester_id && facts.mail_id ? [facts.mail_id] : []),
        ],
      },
      replyTo: this.addresses.addressFor(facts.number, reader.id!),
    };
  }

  private async facts(ticketId: string, messageId: string): Promise<Facts | undefined> {
    const [facts] = await this.database.read((em) =>
      rows<Facts>(
        em,
        sql`select t.id, t.number::int, t.subject, t.group_id, t.assignee_id, t.answers_to, to_json(t.watcher_ids) as watcher_ids,
                   m.body, m.format, m.source = 'email' as by_mail, to_json(m.mention_ids) as mention_ids,
                   m.author_id, coalesce(w.name, m.data->>'by', m.data->>'program') as author, m.data->>'program' is not null as by_program, m.data->>'byKey' as author_key, w.team_role is not null as author_in_team,
                   r.id as requester_id, r.name as requester,
                   (select l.data->>'mailId' from ${table('ticket_message')} l where l.ticket_id = t.id and l.author_id = r.id and l.data->>'mailId' is not null order by l.created_at desc limit 1) as mail_id
              from ${table('ticket')} t
              join ${table('ticket_message')} m on m.id = ${messageId} and m.ticket_id = t.id
              join ${table('person')} r on r.id = t.requester_id
              left join ${table('person')} w on w.id = m.author_id
             where t.id = ${ticketId}`,
      ),
    );
    return facts;
  }

  /** The members of the group it was given to; without one, everybody who works on tickets. */
  private async concerned(groupId: string | null): Promise<string[]> {
    const group = await this.groups.find(groupId);
    const among = group && group.memberIds.length > 0 ? sql`p.id = any(${group.memberIds}::uuid[])` : sql`true`;
    const working = await this.agents.working('p');
    const found = await this.database.read((em) =>
      rows<{ id: string }>(
        em,
        sql`select p.id from ${table('person')} p where ${working} and p.ticket_mails = 'all' and ${among} limit 200`,
      ),
    );
    return found.map(({ id }) => id);
  }
}

const threadRoot = (ticketId: string): string => `<ticket.${ticketId}@${new URL(currentTenant().origin).hostname}>`;

/** Who works on it or follows it. */
const drawnIn = ({ assignee_id: assignee, watcher_ids: watchers }: Facts): string[] => [
  ...(assignee ? [assignee] : []),
  ...watchers,
];

/** The requester, where they asked for the answers, if that is elsewhere. */
const answered = ({ requester_id: id, answers_to: address }: Facts) => (address ? { id, address } : { id });
