import { Injectable } from '@nestjs/common';
import { Outbox } from '@foyer/events';
import { Database } from '@foyer/database';
import { Arrivals, SignIns, SignInRules } from '@foyer/identity';
import type { SeeOther, Visit } from '@foyer/web';
import { Attempts, type Attempt, shownOf } from './attempts.js';
import type { Claims } from './claims.js';
import { counterpartOf } from './connections.js';
import type { Connection } from './connection-book.js';
import type { Flow } from './flows.js';
import { Identities, type Verdict } from './identities.js';
import { IdentityLinks } from './identity-links.js';
import { SignOnRefused } from './refused.js';
import { SignOnDenied } from './signon.events.js';

/** What a provider's answer comes to: somebody is let in, or not, or it was only a trial. All of it is written down. */
@Injectable()
export class SignOn {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly identities: Identities,
    private readonly links: IdentityLinks,
    private readonly attempts: Attempts,
    private readonly arrivals: Arrivals,
    private readonly rules: SignInRules,
    private readonly signIns: SignIns,
  ) {}

  /** @throws SignOnRefused, with the reference under which it is written down */
  async enter(visit: Visit, connection: Connection, flow: Flow, claims: Claims): Promise<SeeOther> {
    try {
      const { person, verdict } = await this.identities.accept(connection, claims, visit.locale);
      if (!(await this.rules.mayUse(person, 'connection'))) throw new SignOnRefused('off', 'sign-in');
      await this.note(visit, connection, 'in', claims, verdict);
      const to = flow.side === 'console' && person.teamRole === null ? '/' : flow.to;
      const { sid, name } = claims.kept ?? {};
      const connectionSession = { ...(sid && { sid }), ...(name && { name: this.links.hashed(connection.id, name) }) };
      const vouched = { way: 'connection' as const, to, connectionId: connection.id, connectionSession };
      const factor = connection.countsAsSecondFactor ? { factor: 'connection' as const } : {};
      return await this.arrivals.arrive(visit, person, { ...vouched, ...factor });
    } catch (error) {
      if (error instanceof SignOnRefused) await this.refuse(visit, connection, error, claims);
      throw error;
    }
  }

  /** What would come of it; nobody is signed in, and nothing changes. @returns its id in the log */
  async tryOut(visit: Visit, connection: Connection, claims: Claims): Promise<string> {
    const verdict = await this.identities.judge(connection, claims);
    const outcome = verdict.refused ? 'refused' : 'tried';
    return this.note(visit, connection, outcome, claims, verdict, verdict.refused);
  }

  /** Writes down that somebody was not let in, and gives the reference. */
  async refuse(visit: Visit, connection: Connection, refused: SignOnRefused, claims: Claims | null): Promise<string> {
    return this.database.write(async () => {
      const { reason, personId } = refused;
      await this.outbox.publish(new SignOnDenied(connection.id, reason, personId, visit.device.ip));
      return (refused.reference = await this.note(visit, connection, 'refused', claims, null, refused));
    });
  }

  /**
   * A name or password that did not fit. It stands in the account's own history; what came by a connection lately is not pushed out by whoever
   * tries names.
   */
  async guessed({ device }: Visit, connection: Connection, { reason, personId }: SignOnRefused): Promise<void> {
    await this.database.write(async () => {
      await this.outbox.publish(new SignOnDenied(connection.id, reason, personId, device.ip));
      if (personId && reason === 'credentials')
        await this.signIns.note(personId, 'refused', { ...device, way: 'connection', factor: null });
    });
  }

  private note(
    visit: Visit,
    connection: Connection,
    outcome: Attempt['outcome'],
    claims: Claims | null,
    verdict: Verdict | null,
    refused: SignOnRefused | null = null,
  ): Promise<string> {
    return this.attempts.note(connection.id, counterpartOf(connection.kind, connection), {
      ...{ outcome, reason: refused?.reason ?? null, check: refused?.check ?? null, ip: visit.device.ip },
      ...{ email: claims?.email?.slice(0, 254) ?? null, subject: claims?.subject.slice(0, 254) ?? null },
      personId: verdict?.person?.id ?? refused?.personId ?? null,
      ...{ steps: verdict?.steps ?? [], attributes: claims ? shownOf(claims) : [] },
      groups: (claims?.groups ?? []).slice(0, 50).map((group) => group.slice(0, 200)),
    });
  }
}
