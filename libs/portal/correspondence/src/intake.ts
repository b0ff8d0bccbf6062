import { Inject, Injectable } from '@nestjs/common';
import { allowed, DomainError, TooMany } from '@foyer/access';
import { type Config, CONFIG } from '@foyer/config';
import { type Limit, Limits } from '@foyer/credentials';
import { Database } from '@foyer/database';
import { translate } from '@foyer/i18n';
import { Person, type PortalActor } from '@foyer/identity';
import { type Address, type Authentication, type InboundMail, isUnread } from '@foyer/inbound';
import { Collections, Features, Settings } from '@foyer/settings';
import { type Addressed, Merges, Reopening, robot, type Ticket, ticketNumber, Tickets, Watching } from '@foyer/tickets';
import { type Answered, Conversations } from './conversations.js';
import type { InboundRow, Outcome, Reason } from './inbound-mail.js';
import { objection, type Proof } from './mail-policy.js';
import { type CheckedFiles, MailFiles } from './mail-files.js';
import { isBlocked, isListed, mailboxes, mailSettings } from './mail-settings.js';
import { bodyOf, longSubject, quotedOf, subjectOf } from './mail-text.js';
import { Senders } from './senders.js';

const MAX_ADDRESSED = 50;
const PER_SENDER: Limit = { name: 'mail-in-sender', points: 60, seconds: 3600 };
const PER_SENDER_AND_TICKET: Limit = { name: 'mail-in-ticket', points: 20, seconds: 3600 };
/** Whoever writes in another's name must not fill their mailbox with our confirmations (security 50). */
const CONFIRMATIONS: Limit = { name: 'mail-in-confirmation', points: 3, seconds: 86_400, across: 'platform' };
const CONFIRMATIONS_UNPROVED: Limit = {
  ...{ name: 'mail-in-confirmation-unproved', points: 1, seconds: 86_400, across: 'platform' },
};

const MAX_COPIES = 20;

/** A mail as it is judged: what came, what is known of it. */
export interface Letter {
  row: InboundRow;
  mail: InboundMail;
  authentication: Authentication;
  /** The team has looked at it and wants it as a ticket. */
  accepted: boolean;
  /** What hangs on it, looked at before. */
  files: CheckedFiles;
}

/** Makes a ticket or a reply of a mail that a person sent, with that person's rights and no others. */
@Injectable()
export class Intake {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly limits: Limits,
    private readonly settings: Settings,
    private readonly collections: Collections,
    private readonly features: Features,
    private readonly senders: Senders,
    private readonly conversations: Conversations,
    private readonly merges: Merges,
    private readonly reopening: Reopening,
    private readonly files: MailFiles,
    private readonly tickets: Tickets,
    private readonly watching: Watching,
  ) {}

  /** Whether a mail may become something that files hang on: what is put aside whatever its sender may do costs no looking at them. */
  mayTake({ spam, auto, bounce }: InboundMail, accepted: boolean): boolean {
    return !bounce && (accepted || (!spam && (auto === 'no' || auto === 'list')));
  }

  async take(letter: Letter): Promise<Outcome> {
    const { mail, row, accepted } = letter;
    if (!(await this.features.enabled('tickets'))) return held('not-now');
    if (!mail.from || mail.ambiguousFrom) return { status: 'held', reason: 'no-sender' };
    const { address } = mail.from;
    const { blocked, forwards } = await this.settings.get(mailSettings);
    if (isBlocked(blocked, address) && !accepted) return { status: 'refused', reason: 'blocked' };
    if (this.isOurs(address) || forwards.includes(address)) return { status: 'ignored', reason: 'loop' };
    if (mail.spam && !accepted) return held('spam');
    if (mail.auto === 'complaint' && !accepted) return held('automatic');
    const sender = await this.senders.find(mail.from);
    const answered =
      (await this.conversations.answeredBy(mail, row.recipient, sender?.id ?? null)) ??
      (await this.continued(letter, sender?.actor));
    if (mail.auto === 'auto-reply' && !accepted)
      return answered ? { status: 'ignored', reason: 'auto-reply', ticketId: answered.ticket.id } : held('automatic');
    if (mail.auto === 'list' && !accepted && !answered && !(await this.isWrittenTo(letter))) return held('automatic');
    if (!accepted && (await this.tooMany(address, answered))) return held('too-many', answered?.ticket.id);
    if (answered) {
      const requester = await this.senders.behind(mail.from, answered.ticket, answered.personId);
      const joined = await this.join(letter, answered, requester ?? sender?.actor ?? null);
      if (joined) return joined;
    }
    return this.open(letter, sender, answered);
  }

  /**
   * Who goes on from a mail of their own is in its ticket, as is whoever is proved and may reply there. That mail is no secret,
   * unlike ours: for all who may not, it says nothing, and theirs is a question of its own.
   */
  private async continued({ mail, authentication }: Letter, actor?: PortalActor | null): Promise<Answered | null> {
    const answered = actor && authentication !== 'fail' ? await this.conversations.continuedBy(mail) : null;
    if (!answered || objection({ ...answered, actor: actor! }, authentication) === 'not-entitled') return null;
    return answered;
  }

  /** Null when the team has accepted a mail whose sender may not write there: it is a question of its own. */
  private async join(letter: Letter, answered: Answered, actor: PortalActor | null): Promise<Outcome | null> {
    const { ticket } = answered;
    const proof: Proof = letter.accepted && letter.authentication !== 'pass' ? 'vouched' : letter.authentication;
    const against = objection({ ...answered, actor }, proof);
    if (against && letter.accepted) return null;
    if (against) {
      await this.tellTeam(ticket, letter.mail.from!.address, against);
      return { ...held(against, ticket.id), senderId: actor?.id ?? null };
    }
    if (!(await this.reopening.chances(actor!, ticket)).reply)
      return this.open(letter, { id: actor!.id!, actor }, answered);
    const message = await this.tickets.reply(actor!, ticket.id, {
      ...(await this.words(letter, actor!)),
      source: 'email',
      format: 'text',
    });
    await this.copyIn(letter, actor!, ticket);
    return { status: 'joined', ticketId: ticket.id, messageId: message.id, senderId: actor!.id };
  }

  private async open(
    letter: Letter,
    sender: { id: string; actor: PortalActor | null } | null,
    answered: Answered | null,
  ): Promise<Outcome> {
    const { mail, authentication, accepted, row } = letter;
    if (authentication === 'fail' && !accepted) return { ...held('authentication'), senderId: sender?.id ?? null };
    if (sender && !sender.actor) return { ...held('deactivated'), senderId: sender.id };
    if (!sender && !accepted) {
      const { opening, allowed: only } = await this.settings.get(mailSettings);
      const known = isListed(only, mail.from!.address);
      if (!known && (opening === 'known' || only.length > 0)) return { status: 'refused', reason: 'unknown-sender' };
    }
    const { defaultLocale } = await this.settings.get('general');
    const actor = sender?.actor ?? (await this.senders.welcome(mail.from!, defaultLocale));
    const box = await this.collections.find(mailboxes, row.mailboxId);
    const words = await this.words(letter, actor);
    const ticket = await this.tickets.open(actor, {
      // A number alone proves nothing (security 51), but tells the team which ticket is meant.
      subject: subjectOf(mail, translate(defaultLocale, 'correspondence.no-subject'), answered === null),
      description: [longSubject(mail), words.body].filter(Boolean).join('\n\n'),
      ...{ priority: 'normal', categoryId: box?.categoryId ?? null, typeId: box?.typeId ?? null },
      ...{ fileIds: words.fileIds, quoted: words.quoted, mail: words.mail, source: 'email', format: 'text' },
      companyId: companyFor(actor),
      answersTo: await this.answersTo(letter, sender !== null),
      byProgram: mail.auto !== 'no' || isUnread(mail.from!.address),
      confirm: await this.mayConfirm(letter),
      proved: authentication === 'pass',
    });
    if (answered && actor.id === sender?.id && !accepted)
      await this.merges.goesOn(robot('mail'), ticket, answered.ticket);
    await this.copyIn(letter, actor, ticket);
    return { status: 'opened', ticketId: ticket.id, senderId: actor.id };
  }

  /**
   * Where the author wants the answers, as web forms and telephones ask for it. Their word counts if it is proved to be theirs,
   * or nobody here knows them, so that nothing of theirs could go elsewhere; lists say of themselves where to write to.
   */
  private async answersTo({ mail, authentication }: Letter, known: boolean): Promise<string | null> {
    const wanted = mail.replyTo?.address;
    if (!wanted || wanted === mail.from!.address || mail.auto === 'list') return null;
    if (authentication !== 'pass' && (known || authentication === 'fail')) return null;
    const { blocked, forwards } = await this.settings.get(mailSettings);
    if (this.isOurs(wanted) || forwards.includes(wanted) || isBlocked(blocked, wanted) || isUnread(wanted)) return null;
    return (await this.senders.isTeam(wanted)) ? null : wanted;
  }

  private async words({ mail, files }: Letter, owner: PortalActor) {
    const { defaultLocale } = await this.settings.get('general');
    const { ids, refused } = await this.files.keep(files, owner.id, defaultLocale);
    return {
      body: bodyOf(mail, refused, translate(defaultLocale, 'correspondence.no-text')),
      quoted: quotedOf(mail),
      fileIds: ids,
      mail: { ...(mail.messageId && { mailId: mail.messageId }), ...this.addressed(mail) },
    };
  }

  /** Whom a mail was sent to, if not to us alone. Addresses of ours are each person's own, and left out. */
  private addressed({ from, to, cc, replyTo }: InboundMail): { addressed?: Addressed } {
    const others = (list: Address[]) =>
      list.filter(({ address }) => address !== '' && !this.isOurs(address)).slice(0, MAX_ADDRESSED);
    const elsewhere = replyTo && replyTo.address !== from?.address ? [replyTo] : [];
    const addressed = { to: others(to), cc: others(cc), replyTo: others(elsewhere) };
    if (Object.values(addressed).every((list) => list.length === 0)) return {};
    const { to: t, cc: c, replyTo: r } = addressed;
    return { addressed: { to: t.map(written), cc: c.map(written), replyTo: r.map(written) } };
  }

  /** Those who got a copy follow the ticket, as far as the sender may share it with them and has proved to be the sender. */
  private async copyIn({ mail, authentication }: Letter, actor: PortalActor, ticket: Ticket): Promise<void> {
    if (authentication !== 'pass' || !allowed(actor.ability, 'share', 'Ticket', ticket)) return;
    const addresses = [...mail.to, ...mail.cc].map(({ address }) => address).filter((one) => !this.isOurs(one));
    if (addresses.length === 0) return;
    const people = await this.database.write((em) =>
      em.find(Person, { email: { $in: addresses }, emailVerifiedAt: { $ne: null } }, { limit: MAX_COPIES }),
    );
    for (const { email } of people)
      await this.watching.share(actor, Number(ticket.number), email).catch((error: unknown) => {
        if (!(error instanceof DomainError)) throw error; // not one of those they may share with
      });
  }

  private async tellTeam(ticket: Ticket, address: string, reason: Reason): Promise<void> {
    const { defaultLocale } = await this.settings.get('general');
    const detail = translate(defaultLocale, `correspondence.reason.${reason}`);
    const told = { type: 'mail-refused' as const, from: null, to: null, toName: address, detail };
    await this.tickets.log(robot('mail'), ticket.id, told);
  }

  /** Whether a mail names an address of the team's own: what a list sends to all its readers is a question to none of them. */
  private async isWrittenTo({ mail, row }: Letter): Promise<boolean> {
    const { forwards } = await this.settings.get(mailSettings);
    const box = await this.collections.find(mailboxes, row.mailboxId);
    const own = new Set([...forwards, box?.address, box?.user].map((one) => one?.toLowerCase()));
    return [...mail.to, ...mail.cc].some(({ address }) => this.isOurs(address) || own.has(address));
  }

  private isOurs(address: string): boolean {
    return address.endsWith(`@${this.config.inbound.domain}`) || address === this.config.mailFrom.toLowerCase();
  }

  private async tooMany(address: string, answered: Answered | null): Promise<boolean> {
    try {
      await this.limits.count(PER_SENDER, address);
      if (answered)
        await this.limits.count(PER_SENDER_AND_TICKET, `${ticketNumber(answered.ticket.number)} ${address}`);
      return false;
    } catch (error) {
      if (error instanceof TooMany) return true;
      throw error;
    }
  }

  /** Only people who read their mail and want one get a confirmation, and only so many a day (RFC 3834). */
  private async mayConfirm({ mail, authentication, accepted }: Letter): Promise<boolean> {
    if (mail.auto !== 'no' || mail.quiet || isUnread(mail.from!.address) || accepted) return false;
    const limit = authentication === 'pass' ? CONFIRMATIONS : CONFIRMATIONS_UNPROVED;
    return this.limits.count(limit, mail.from!.address).then(
      () => true,
      () => false,
    );
  }
}

/** `Ana Lima <ana@…>`, on one line of a page. */
const written = ({ name, address }: Address): string =>
  (name ? `${name.slice(0, 100)} <${address}>` : address).slice(0, 400);

/** The company they act for, if they may ask in its name. */
const companyFor = ({ ability, companyId }: PortalActor): string | null =>
  companyId && allowed(ability, 'create', 'Ticket', { companyId }) ? companyId : null;

const held = (reason: Reason, ticketId: string | null = null): Outcome => ({ status: 'held', reason, ticketId });
