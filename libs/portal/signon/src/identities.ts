import { Injectable } from '@nestjs/common';
import { Database } from '@foyer/database';
import { LimitReached } from '@foyer/entitlements';
import { Outbox } from '@foyer/events';
import { Membership, Person, personAt, Vouched } from '@foyer/identity';
import { Slots } from '@foyer/slots';
import { field } from '@foyer/web';
import type { Claims } from './claims.js';
import { type Connection, isForTeam } from './connection-book.js';
import { dismissed } from './dismissed.js';
import { ClaimedDomains } from './domains/claimed-domains.js';
import { IdentityLinks, type Link } from './identity-links.js';
import { MappedRoles } from './mapped-roles.js';
import { SignOnRefused } from './refused.js';
import { IdentityLinked } from './signon.events.js';

/** What is done, or would be, in the order in which people understand it. `role` is an id or a standard role's word. */
export interface Step {
  what: 'known' | 'links' | 'makes' | 'joins' | 'role' | 'team-role' | 'leaves-team' | 'role-stays';
  role?: string;
}
/** What a provider's word about somebody comes to. */
export interface Verdict {
  refused: SignOnRefused | null;
  /** Whose account it is; null: nobody's yet, or nobody's business. */
  person: Person | null;
  link: Link | null;
  email: string | null;
  /** Of the connection's company, or of the team where it is the operator's; undefined: stays as it is. */
  role: string | null | undefined;
  steps: Step[];
}

/**
 * Who somebody is by the word of a provider. An identity is (tenant, connection, subject); an address alone links to nobody, unless the
 * domain is claimed by whoever owns the connection.
 */
@Injectable()
export class Identities {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly domains: ClaimedDomains,
    private readonly links: IdentityLinks,
    private readonly vouched: Vouched,
    private readonly mapped: MappedRoles,
    private readonly slots: Slots,
  ) {}

  /** What would come of it, without doing any of it. */
  async judge(connection: Connection, claims: Claims): Promise<Verdict> {
    const link = await this.links.find(connection.id, claims.subject);
    const verdict: Verdict = { refused: null, person: null, link, email: null, role: undefined, steps: [] };
    try {
      if (link) await this.known(connection, verdict, link);
      else await this.byAddress(connection, claims, verdict);
      await this.mustBeLetIn(connection, verdict.person);
      await this.giveRole(connection, claims, verdict);
    } catch (error) {
      if (!(error instanceof SignOnRefused)) throw error;
      verdict.refused = error;
      error.personId = verdict.person?.id ?? null;
    }
    return verdict;
  }

  /** Does it, and gives the person. @throws SignOnRefused, with the person where it is known who it was */
  async accept(connection: Connection, claims: Claims, locale: string): Promise<{ person: Person; verdict: Verdict }> {
    const doing = this.database.write(async (em) => {
      // Of two at once each finds what the one before has made.
      await this.database.inTurn(`sign-on ${connection.id} ${claims.subject}`);
      const address = addressOf(claims);
      if (address) await personAt(this.database, address);
      const verdict = await this.judge(connection, claims);
      // Somebody whom their groups take out of the team is out, although there is nothing left to let them into.
      const leaves = verdict.person !== null && verdict.steps.some(({ what }) => what === 'leaves-team');
      if (verdict.refused && !leaves) return { person: null, verdict };
      const { email, link, role } = verdict;
      const name = claims.name?.slice(0, 100) || email || '';
      const found = verdict.person ?? (await this.welcome(connection, { name, email: email!, locale }, role));
      if (!link) {
        await this.vouched.prove(found.id);
        await this.outbox.publish(
          new IdentityLinked(found.id, connection.id, verdict.person === null, new Date().toISOString()),
        );
      }
      if (role !== undefined) await this.place(connection, found.id, role);
      await this.links.keep(connection.id, claims, found.id, link, role);
      return { person: await em.findOneOrFail(Person, { id: found.id }, { refresh: true }), verdict };
    });
    const { person, verdict } = await doing.catch((error: unknown) => {
      throw error instanceof LimitReached ? new SignOnRefused('full', error.counted) : error;
    });
    if (verdict.refused) throw verdict.refused;
    return { person: person!, verdict };
  }

  private welcome(
    { companyId }: Connection,
    details: { name: string; email: string; locale: string },
    role?: string | null,
  ) {
    return this.vouched.welcome(details, 'connection', companyId === null && role ? 'team' : 'customers');
  }

  private async place({ companyId }: Connection, personId: string, role: string | null): Promise<void> {
    if (companyId === null) await this.vouched.placeInTeam(personId, role);
    else await this.vouched.place(personId, companyId, role ?? 'user');
  }

  /**
   * A company vouches for its own people: those whose address is of its domains, as when they were linked, or who belong to it and to nobody
   * else. Whoever has moved on takes the account along, and with it what another company shows.
   */
  private async known({ companyId }: Connection, verdict: Verdict, { personId }: Link): Promise<void> {
    verdict.person = await this.database.read((em) => em.findOne(Person, { id: personId }));
    verdict.email = verdict.person?.email ?? null;
    const { person } = verdict;
    if (companyId !== null && person && (await this.domains.ownerOf(person.email)) !== companyId) {
      const places = await this.database.read((em) => em.find(Membership, { personId }));
      if (places.length !== 1 || places[0]!.companyId !== companyId) throw new SignOnRefused('unlinkable', 'moved on');
    }
    verdict.steps.push({ what: 'known' });
  }

  /** The first time. What is asked of the domain is asked before anybody looks who has the address. */
  private async byAddress(connection: Connection, claims: Claims, verdict: Verdict): Promise<void> {
    const email = addressOf(claims);
    if (!email) throw new SignOnRefused('no-address');
    const isVerified = claims.emailVerified ?? connection.trustsAddresses;
    if (!isVerified)
      throw new SignOnRefused('unverified', claims.emailVerified === null ? 'not said' : 'said not to be');
    const owner = await this.domains.ownerOf(email);
    const isTheirs = owner !== undefined && owner === connection.companyId;
    const isForClaimedAlone = connection.companyId !== null || isForTeam(connection);
    // An address that only counts as verified counts for no more than what is claimed.
    if (!isTheirs && (isForClaimedAlone || owner !== undefined || claims.emailVerified !== true))
      throw new SignOnRefused('not-claimed');
    verdict.email = email;
    const person = await this.database.read((em) => em.findOne(Person, { email }));
    if (person) {
      if (!isTheirs) throw new SignOnRefused('unlinkable', 'domain');
      const others = await this.links.ofPerson(person.id);
      // Providers give an address to the next who is called so; the subject tells one from the other.
      if (others.some(({ connectionId }) => connectionId === connection.id))
        throw new SignOnRefused('unlinkable', 'subject');
      verdict.person = person;
    } else if (!connection.makesAccounts) throw new SignOnRefused('unknown');
    verdict.steps.push({ what: person ? 'links' : 'makes' });
  }

  private async mustBeLetIn(connection: Connection, person: Person | null): Promise<void> {
    if (person?.status === 'deactivated') throw new SignOnRefused('deactivated');
    // Whose provider it is would otherwise be whose team it is.
    if (person?.teamRole && !isForTeam(connection)) throw new SignOnRefused('team');
    for (const isDismissed of person ? this.slots.of(dismissed) : [])
      if (await isDismissed(connection.companyId, person!.id)) throw new SignOnRefused('deactivated', 'directory');
  }

  /** Roles follow the groups; what was given by hand since stays, unless the groups are to rule. */
  private async giveRole(connection: Connection, { groups }: Claims, verdict: Verdict): Promise<void> {
    const { person, steps, link } = verdict;
    if (connection.companyId === null && !isForTeam(connection)) return;
    const byGroups = await this.mapped.of(connection, groups);
    const is = await this.roleNow(connection, person);
    const isByGroups = link !== null && link.data.role !== undefined && link.data.role === is;
    if (is === 'owner') return;
    const least = connection.companyId === null ? null : 'user';
    const mayChange = is === null || isByGroups || connection.groupsRule;
    if (!mayChange) {
      if (byGroups !== is) steps.push({ what: 'role-stays', role: is });
    } else {
      verdict.role = byGroups ?? least;
      if (verdict.role === null && is !== null) steps.push({ what: 'leaves-team' });
      if (verdict.role !== null && connection.companyId === null) steps.push({ what: 'team-role', role: verdict.role });
      if (verdict.role !== null && connection.companyId !== null)
        steps.push({ what: is === null ? 'joins' : 'role', role: verdict.role });
    }
    const teamRole = verdict.role === undefined ? is : verdict.role;
    if (connection.audience === 'team' && teamRole === null) throw new SignOnRefused('no-role');
  }

  private async roleNow({ companyId }: Connection, person: Person | null): Promise<string | null> {
    if (!person) return null;
    if (companyId === null) return person.teamRole;
    const membership = await this.database.read((em) => em.findOne(Membership, { companyId, personId: person.id }));
    return membership?.role ?? null;
  }
}

/** As accounts have it; null where it is none. */
export function addressOf({ email }: Pick<Claims, 'email'>): string | null {
  return email === null ? null : (field.email.safeParse(email).data ?? null);
}
