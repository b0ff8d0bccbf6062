import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Actor, allowed, Conflict, InvalidField, NotFound, Refused } from '@foyer/access';
import { Database, rows, sql, table } from '@foyer/database';
import { Entitlements } from '@foyer/entitlements';
import { Outbox } from '@foyer/events';
import { isPublicMail } from '@foyer/identity';
import { TextRecords } from '@foyer/outbound';
import { isDomain } from '@foyer/web';
import type { Owner } from '../connection-book.js';
import { DomainClaimed, DomainLost, DomainMissing, DomainReleased, DomainVerified } from '../signon.events.js';

const MOST = 50;
/** So long a domain counts after its record was last seen: a mistake in the DNS is no reason to lock people out. */
export const GRACE_DAYS = 7;
const LABEL = '_portal-verification';

export interface ClaimedDomain {
  id: string;
  domain: string;
  companyId: Owner;
  token: string;
  verifiedAt: string | null;
  checkedAt: string | null;
  missingSince: string | null;
}

/** The record by which a domain's owner shows that it is theirs; it names nobody but the portal. */
export const recordOf = ({ domain, token }: Pick<ClaimedDomain, 'domain' | 'token'>) => ({
  name: `${LABEL}.${domain}`,
  value: `portal-verification=${token}`,
});

const COLUMNS = sql`id, domain, company_id as "companyId", token, verified_at as "verifiedAt", checked_at as "checkedAt",
                    missing_since as "missingSince"`;

/** Domains that companies, or the operator, have claimed: whoever has one may say who has an address there. */
@Injectable()
export class ClaimedDomains {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly records: TextRecords,
    private readonly entitlements: Entitlements,
  ) {}

  async of(owner: Owner): Promise<ClaimedDomain[]> {
    return this.found(sql`company_id is not distinct from ${owner}`);
  }

  /** Of all owners, for the operator. */
  async all(): Promise<ClaimedDomain[]> {
    return this.found(sql`true`);
  }

  async verifiedOf(owner: Owner): Promise<string[]> {
    const all = await this.found(sql`company_id is not distinct from ${owner} and verified_at is not null`);
    return all.map(({ domain }) => domain);
  }

  /** Whose the domain of an address is, by a record that was seen; undefined: nobody's. */
  async ownerOf(email: string): Promise<Owner | undefined> {
    const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
    const [found] = await this.found(sql`domain = ${domain} and verified_at is not null`);
    return found?.companyId;
  }

  /** A company of this portal, or the operator. @throws NotFound */
  async mustBeThere(owner: Owner): Promise<void> {
    if (owner === null) return;
    const found = await this.database.read((em) =>
      rows(em, sql`select 1 from ${table('company')} where id = ${owner}`),
    );
    if (found.length === 0) throw new NotFound();
  }

  /** @throws InvalidField, NotInPlan, Restricted */
  async claim(actor: Actor, owner: Owner, domain: string): Promise<ClaimedDomain> {
    mustManage(actor, owner);
    this.entitlements.demand('sso');
    await this.mustBeThere(owner);
    if (!isDomain(domain)) throw new InvalidField('domain', 'signon.domain.form');
    if (isPublicMail(domain)) throw new InvalidField('domain', 'signon.domain.public', { domain });
    return this.database.write(async (em) => {
      await this.database.inTurn('claimed domains');
      const all = await this.of(owner);
      if (all.some((one) => one.domain === domain)) throw new InvalidField('domain', 'signon.domain.there');
      if (all.length >= MOST) throw new InvalidField('domain', 'signon.domain.too-many', { max: MOST });
      if ((await this.ownerOf(`@${domain}`)) !== undefined) throw new InvalidField('domain', 'signon.domain.taken');
      // Unlike any other claim's, of whichever portal: the record of one is worth nothing to another.
      const token = randomBytes(24).toString('base64url');
      const [made] = await rows<ClaimedDomain>(
        em,
        sql`insert into ${table('claimed_domain')} (id, domain, company_id, token)
            values (${randomUUIDv7()}, ${domain}, ${owner}, ${token}) returning ${COLUMNS}`,
      );
      await this.outbox.publish(new DomainClaimed(made!.id, domain, owner), { by: actor });
      return made!;
    });
  }

  /** Looks for the record now. @throws Conflict when it is not there, or the DNS does not answer */
  async verify(actor: Actor, id: string): Promise<void> {
    const claim = await this.one(actor, id);
    this.entitlements.demandSetup();
    const seen = await this.isThere(claim);
    if (seen === null) throw new Conflict('signon.domain.unanswered');
    await this.database.write(async (em) => {
      await this.database.inTurn('claimed domains');
      const owner = await this.ownerOf(`@${claim.domain}`);
      if (seen && owner !== undefined && owner !== claim.companyId) throw new Conflict('signon.domain.taken');
      await rows(
        em,
        sql`update ${table('claimed_domain')} set checked_at = now(), missing_since = case when ${seen} then null else missing_since end,
                   verified_at = case when ${seen} then coalesce(verified_at, now()) else verified_at end
             where id = ${id} returning id`,
      );
      if (seen && claim.verifiedAt === null)
        await this.outbox.publish(new DomainVerified(id, claim.domain, claim.companyId), { by: actor });
    });
    if (!seen) throw new Conflict('signon.domain.not-found');
  }

  async release(actor: Actor, id: string): Promise<void> {
    const { domain, companyId } = await this.one(actor, id);
    this.entitlements.demandSetup();
    await this.database.write(async (em) => {
      await rows(em, sql`delete from ${table('claimed_domain')} where id = ${id} returning id`);
      await this.outbox.publish(new DomainReleased(id, domain, companyId), { by: actor });
    });
  }

  /**
   * Once a day for each: is the record still there? What is gone is told at once and counts no more after some days. A DNS that does
   * not answer says nothing.
   */
  async recheck(now = new Date()): Promise<void> {
    const dayAgo = new Date(now.getTime() - 86_400_000);
    const due = await this.found(sql`verified_at is not null and checked_at < ${dayAgo}`);
    for (const claim of due) {
      const seen = await this.isThere(claim);
      const since = claim.missingSince === null ? now : new Date(claim.missingSince);
      const isLost = seen === false && now.getTime() - since.getTime() > GRACE_DAYS * 86_400_000;
      const missing = seen === false ? since : seen ? null : claim.missingSince && new Date(claim.missingSince);
      await this.database.write(async (em) => {
        await rows(
          em,
          sql`update ${table('claimed_domain')} set checked_at = ${now}, missing_since = ${isLost ? null : missing},
                     verified_at = case when ${isLost} then null else verified_at end where id = ${claim.id} returning id`,
        );
        const { id, domain, companyId } = claim;
        if (isLost) await this.outbox.publish(new DomainLost(id, domain, companyId));
        else if (seen === false && claim.missingSince === null)
          await this.outbox.publish(new DomainMissing(id, domain, companyId));
      });
    }
  }

  /** Null: the DNS does not answer. */
  private async isThere(claim: ClaimedDomain): Promise<boolean | null> {
    const { name, value } = recordOf(claim);
    const found = await this.records.at(name);
    return found && found.includes(value);
  }

  /** @throws NotFound for whoever may not know of it */
  private async one(actor: Actor, id: string): Promise<ClaimedDomain> {
    const [claim] = await this.found(sql`id = ${id}`);
    if (!claim || !allowed(actor.ability, 'manage', 'SignOn', { companyId: claim.companyId })) throw new NotFound();
    return claim;
  }

  private found(where: ReturnType<typeof sql>): Promise<ClaimedDomain[]> {
    return this.database.read((em) =>
      rows<ClaimedDomain>(
        em,
        sql`select ${COLUMNS} from ${table('claimed_domain')} where ${where} order by domain limit 2000`,
      ),
    );
  }
}

function mustManage({ ability }: Actor, owner: Owner): void {
  if (!allowed(ability, 'manage', 'SignOn', { companyId: owner })) throw new Refused();
}
