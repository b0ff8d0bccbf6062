import { Injectable } from '@nestjs/common';
import { Conflict } from '@foyer/access';
import { Database } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { isTimeZone, LOCALES } from '@foyer/i18n';
import { type DescribedPerson, Membership, Person, personAt, Vouched } from '@foyer/identity';
import { KeyRing } from '@foyer/keys';
import { Collections, Settings } from '@foyer/settings';
import { ClaimedDomains, ConnectionBook, MappedRoles } from '@foyer/signon';
import { field } from '@foyer/web';
import { directories, type Directory, hasRoles, isOfTeam, isOn } from './directories.js';
import type { Item, Said } from './protocol/said.js';
import { invalid } from './protocol/scim-fault.js';
import { PersonDeprovisioned } from './provisioning.events.js';
import { type Row, Rows, type State } from './rows.js';

/**
 * What becomes of people when their directory tells of them: an account, a place, a role, and out again. A directory reaches those alone
 * whose address is of a domain that its owner has claimed.
 */
@Injectable()
export class People {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly rows: Rows,
    private readonly vouched: Vouched,
    private readonly domains: ClaimedDomains,
    private readonly mapped: MappedRoles,
    private readonly book: ConnectionBook,
    private readonly keys: KeyRing,
    private readonly settings: Settings,
    private readonly collections: Collections,
  ) {}

  /** The address of what is said, of a domain that is theirs to speak for. @throws ScimFault */
  async addressIn(directory: Directory, said: Said): Promise<string> {
    const address = addressOf(said);
    if (!address) throw invalid('An email address is needed: as userName, or among emails.');
    await this.mustBeTheirs(directory, address);
    return address;
  }

  /** They have access: an account, which may be there already, with a place and a role. @throws Conflict */
  async admit(directory: Directory, row: Row, said: Said): Promise<Row> {
    const address = await this.addressIn(directory, said);
    const personId = row.personId ?? (await this.accountOf(directory, address, said));
    const former = await this.rows.forgotten(directory.id, personId);
    if (former) await this.rows.forget(former.id);
    let state: State = { ...(former?.state ?? row.state) };
    const person = await this.person(personId);
    // Whom it told of may have moved on since, with the account.
    await this.mustBeTheirs(directory, person.email);
    if (person.status === 'deactivated') {
      // Whom the team has shut out, it lets in again.
      if (!state.shutOut) throw new Conflict('provisioning.fault.deactivated');
      await this.vouched.letIn(personId);
    }
    await this.vouched.prove(personId);
    state = { ...state, shutOut: false };
    const { formerRole, ...now } = state;
    const admitted = await this.rows.save({ ...row, personId, active: true, state: now });
    if (formerRole) await this.restore(directory, personId, formerRole);
    await this.follow(directory, admitted);
    // It knows them, and what it said of them before is forgotten: what it says now counts.
    if (former) await this.describe(directory, personId, said, {});
    return admitted;
  }

  /** Out at once: their place here, or the account where it is of no other use; sessions, what they have open, and keys they made. @throws Conflict */
  async dismiss(directory: Directory, row: Row): Promise<Row> {
    const { personId } = row;
    if (personId === null) return this.rows.save({ ...row, active: false });
    const { companyId } = directory;
    const is = hasRoles(directory) ? await this.roleNow(directory, personId) : null;
    const byHand = is !== null && is !== 'owner' && is !== row.state.role ? { formerRole: is } : {};
    if (companyId !== null) await this.vouched.remove(personId, companyId);
    // Whoever has moved on to another company is none of its business.
    const isTheirs = companyId === null || (await this.reaches(directory, (await this.person(personId)).email));
    const isShutOut = isTheirs && (await this.isNowhereElse(directory, personId)) && (await this.shutOut(personId));
    if (isTheirs) await this.vouched.signOut(personId);
    await this.outbox.publish(new PersonDeprovisioned(directory.id, personId, isShutOut ? null : companyId));
    const { role: _, ...state } = row.state;
    const shutOut = isShutOut || state.shutOut === true;
    return this.rows.save({ ...row, active: false, state: { ...state, ...byHand, shutOut } });
  }

  /** What they were by hand, where it is still there to be given. */
  private async restore({ companyId }: Directory, personId: string, role: string): Promise<void> {
    if (!(await this.mapped.giveable(companyId))(role)) return;
    if (companyId === null) await this.vouched.placeInTeam(personId, role);
    else await this.vouched.place(personId, companyId, role);
  }

  /** Roles follow the groups; what was given by hand since stays, unless the groups are to rule. */
  async follow(directory: Directory, row: Row): Promise<void> {
    const { personId, state } = row;
    if (personId === null || !row.active || !hasRoles(directory)) return;
    // Whom the team has taken in since is its own.
    if (!isOfTeam(directory) && (await this.person(personId)).teamRole !== null) return;
    const groups = await this.rows.groups([row.id]);
    const byGroups = await this.mapped.of(
      directory,
      groups.flatMap(({ groupName, externalId }) => (externalId === null ? [groupName] : [groupName, externalId])),
    );
    const is = await this.roleNow(directory, personId);
    const isByGroups = state.role !== undefined && state.role === is;
    if (is === 'owner' || !(is === null || isByGroups || directory.groupsRule)) return;
    const role = byGroups ?? (directory.companyId === null ? null : 'user');
    if (role !== is) {
      if (directory.companyId === null) await this.vouched.placeInTeam(personId, role);
      else await this.vouched.place(personId, directory.companyId, role!);
    }
    if (state.role !== role) await this.rows.note(row.id, { ...state, role });
  }

  /** Whether a directory of this owner says that they have no access. */
  async isDismissed(owner: string | null, personId: string): Promise<boolean> {
    const all = await this.collections.all(directories);
    const theirs = all.filter((one) => one.companyId === owner && isOn(one));
    return (
      theirs.length > 0 &&
      this.rows.areInactive(
        theirs.map(({ id }) => id),
        personId,
      )
    );
  }

  /** Another address of theirs, where both are of their directory's domains. @throws ScimFault, Conflict */
  async move(directory: Directory, personId: string, to: string): Promise<void> {
    const person = await this.person(personId);
    if (person.email === to) return;
    if (person.teamRole !== null && !isOfTeam(directory)) throw new Conflict('provisioning.fault.unlinkable');
    // Whoever has an owner's address is the owner, by a new password.
    if (person.teamRole === 'owner') throw new Conflict('provisioning.fault.owner');
    await this.mustBeTheirs(directory, person.email);
    await this.vouched.moveTo(personId, to);
  }

  /** What the directory says otherwise than before; of an account that was there already, what it does not say itself. */
  async describe(directory: Directory, personId: string, said: Said, before: Said | null): Promise<void> {
    const person = await this.person(personId);
    if (person.teamRole !== null && !isOfTeam(directory)) return;
    if (!(await this.reaches(directory, person.email))) return;
    const [now, was] = [this.described(said), before && this.described(before)];
    const isNews = (key: keyof DescribedPerson) => (was ? now[key] !== was[key] : person[key] === null);
    const news = (Object.keys(now) as (keyof DescribedPerson)[]).filter(
      (key) => isNews(key) && (now[key] !== null || key !== 'name'),
    );
    await this.vouched.describe(personId, Object.fromEntries(news.map((key) => [key, now[key]])));
  }

  private described(said: Said): Omit<DescribedPerson, 'name'> & { name: string | null } {
    const language = textAt(said, 'preferredLanguage') ?? textAt(said, 'locale');
    const zone = textAt(said, 'timezone');
    return {
      name: nameOf(said),
      phone: valueOf(said['phoneNumbers'], ['work', 'mobile'])?.slice(0, 40) ?? null,
      locale: LOCALES.find((locale) => locale === language?.toLowerCase().split(/[-_]/)[0]) ?? null,
      timeZone: zone !== null && isTimeZone(zone) ? zone : null,
    };
  }

  /** The account of an address, which may be there. @throws Conflict where it is not theirs to take */
  private async accountOf(directory: Directory, email: string, said: Said): Promise<string> {
    const found = await personAt(this.database, email);
    if (!found) {
      const { name, locale } = this.described(said);
      const { defaultLocale } = await this.settings.get('general');
      return (
        await this.vouched.welcome(
          { name: name ?? email.split('@')[0]!, email, locale: locale ?? defaultLocale },
          'directory',
          isOfTeam(directory) ? 'team' : 'customers',
        )
      ).id;
    }
    const { id, teamRole } = await this.person(found.id);
    const isTaken = (await this.rows.ofPerson(directory.id, id)) !== null;
    // Whose directory it is would otherwise be whose team it is.
    if (isTaken || (teamRole !== null && !isOfTeam(directory))) throw new Conflict('provisioning.fault.unlinkable');
    return id;
  }

  private async reaches({ companyId }: Directory, address: string): Promise<boolean> {
    return (await this.domains.ownerOf(address)) === companyId;
  }

  /** Whether they have what their directory gives: somebody else may have given it back since. */
  async isIn(directory: Directory, personId: string): Promise<boolean> {
    const person = await this.person(personId);
    if (person.status === 'deactivated') return false;
    return (
      !hasRoles(directory) ||
      (await this.roleNow(directory, personId)) !== null ||
      this.isNowhereElse(directory, personId)
    );
  }

  private async mustBeTheirs(directory: Directory, address: string): Promise<void> {
    if (await this.reaches(directory, address)) return;
    const domain = address.slice(address.lastIndexOf('@') + 1);
    throw invalid(`${domain} is not a verified domain of whose directory this is. Verify it in the portal first.`);
  }

  private async roleNow({ companyId }: Directory, personId: string): Promise<string | null> {
    if (companyId === null) return (await this.person(personId)).teamRole;
    const membership = await this.database.read((em) =>
      em.findOne(Membership, { companyId, personId }, { refresh: true }),
    );
    return membership?.role ?? null;
  }

  /** Whether the account is of use for nothing but this. */
  private async isNowhereElse(directory: Directory, personId: string): Promise<boolean> {
    if (isOfTeam(directory)) return true;
    if ((await this.person(personId)).teamRole !== null) return false;
    if (directory.companyId === null) return true;
    const places = await this.database.read((em) => em.count(Membership, { personId }));
    return places === 0;
  }

  /** False: they were out already, by somebody else's doing. */
  private async shutOut(personId: string): Promise<boolean> {
    // The provider may fail, and then they are the one who still comes in.
    const keeps = (await this.book.all()).some(({ keeperId }) => keeperId === personId);
    if (keeps) throw new Conflict('provisioning.fault.keeper');
    if (!(await this.vouched.shutOut(personId))) return false;
    await this.keys.revokeMadeBy(personId);
    return true;
  }

  private person(id: string): Promise<Person> {
    return this.database.read((em) => em.findOneOrFail(Person, { id }, { refresh: true }));
  }
}

/** As accounts have it: the primary address, else one for work, else the first; else what they are called, where that is one. */
export function addressOf(said: Said): string | null {
  const given = [valueOf(said['emails'], ['work']), textAt(said, 'userName')];
  for (const one of given) {
    const address = one === null ? null : (field.email.safeParse(one).data ?? null);
    if (address) return address;
  }
  return null;
}

/** What they are called, where that is a name and nothing else; null: it does not say. */
function nameOf(said: Said): string | null {
  const name = (said['name'] ?? {}) as Item;
  const parts = [name['givenName'], name['familyName']].filter((part) => typeof part === 'string').join(' ');
  const known = [textAt(said, 'displayName'), textAt(name, 'formatted'), parts];
  const fit = known.map((one) => field.name(100).safeParse(one ?? '').data).find(Boolean);
  return fit ?? null;
}

function valueOf(several: unknown, types: readonly string[]): string | null {
  const all = (Array.isArray(several) ? several : []) as Item[];
  const chosen =
    all.find(({ primary }) => primary === true) ??
    types.map((type) => all.find((one) => String(one['type']).toLowerCase() === type)).find(Boolean) ??
    all[0];
  return chosen ? textAt(chosen, 'value') : null;
}

const textAt = (from: Item, name: string): string | null => {
  const value = from[name];
  return typeof value === 'string' && value !== '' ? value : null;
};
