import { apart, type Database, type PlatformDatabase } from '@foyer/database';
import { signal } from '@foyer/events';
import { currentTenantOrNull } from '@foyer/tenancy';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { hashSecret, newSecret } from './secrets.js';
import { Session } from './session.entity.js';
import { Token } from './token.entity.js';

const DAY = 86_400_000;
/** Unless it is set otherwise, a session ends after so long without a request, and after so long whatever happens (ASVS 7.3.1–2). */
export const SESSION_LIMITS = { idleMs: 3 * DAY, absoluteMs: 30 * DAY };
const TOUCH_EVERY_MS = 60_000;
/** The purpose of tokens of those who have shown one thing and still owe another. */
export const ARRIVING = 'arriving';
/** The signal that says whose sessions have ended, `<tenant>:<person>`: what they have open beside pages ends as well. */
export const SESSIONS_ENDED = 'sessions-ended';

export interface Device {
  ip: string | null;
  userAgent: string | null;
}
export interface SessionRow extends Device {
  id: string;
  createdAt: Date;
  lastSeenAt: Date;
}

/** Sessions of one side: of a tenant's people with `Database`, of staff with `PlatformDatabase`. */
export class Sessions {
  constructor(private readonly database: Database | PlatformDatabase) {}

  /** Starts a session and returns its secret, which only the browser's cookie keeps. A new one at every sign-in (ASVS 7.2.4). */
  async start(ownerId: string, device: Device, lifetimeMs = SESSION_LIMITS.absoluteMs): Promise<string> {
    const secret = newSecret();
    await this.database.write(async (em) => {
      const expiresAt = new Date(Date.now() + lifetimeMs);
      const userAgent = device.userAgent?.slice(0, 300) ?? null;
      em.persist(
        Object.assign(new Session(), { tokenHash: hashSecret(secret), ownerId, ip: device.ip, userAgent, expiresAt }),
      );
      await em.flush();
    });
    return secret;
  }

  /** Ends the session of a secret; used at sign-out and before a new one starts in the same browser. Null: there was none. */
  async end(secret: string): Promise<{ id: string; ownerId: string } | null> {
    return this.database.write(async (em) => {
      const session = await em.findOne(Session, { tokenHash: hashSecret(secret) });
      if (!session || (await em.nativeDelete(Session, { id: session.id })) !== 1) return null;
      await tell(em, session.ownerId);
      return session;
    });
  }

  /** False when the person has no such session. */
  async endOne(ownerId: string, id: string): Promise<boolean> {
    return this.database.write(async (em) => {
      const ended = (await em.nativeDelete(Session, { ownerId, id })) === 1;
      if (ended) await tell(em, ownerId);
      return ended;
    });
  }

  /** Ends all sessions of a person, or all but the one in use, and what was to become one by what they have shown so far. */
  async endAll(ownerId: string, exceptId?: string): Promise<void> {
    await this.database.write(async (em) => {
      await em.nativeDelete(Session, exceptId ? { ownerId, id: { $ne: exceptId } } : { ownerId });
      // Staff come in at once.
      if (currentTenantOrNull()) await em.nativeDelete(Token, { purpose: ARRIVING, personId: ownerId });
      await tell(em, ownerId);
    });
  }

  list(ownerId: string, idleMs = SESSION_LIMITS.idleMs): Promise<SessionRow[]> {
    const since = new Date(Date.now() - idleMs);
    return this.database.read((em) =>
      em
        .createQueryBuilder(Session, 's')
        .select(['s.id', 's.ip', 's.userAgent', 's.createdAt', 's.lastSeenAt'])
        .where({ ownerId, lastSeenAt: { $gt: since }, expiresAt: { $gt: new Date() } })
        .orderBy({ lastSeenAt: 'desc' })
        .limit(50)
        .execute<SessionRow[]>('all'),
    );
  }

  /** Notes that a session is in use: at most once a minute, beside the page, and never a reason for it to fail. */
  touch(session: { id: string; lastSeenAt: Date }): void {
    if (Date.now() - session.lastSeenAt.getTime() < TOUCH_EVERY_MS) return;
    void apart(() =>
      this.database.write((em) => em.nativeUpdate(Session, { id: session.id }, { lastSeenAt: new Date() })),
    ).catch(() => undefined);
  }

  /** Forgets sessions that have ended. */
  async sweep(idleMs = SESSION_LIMITS.idleMs): Promise<number> {
    const since = new Date(Date.now() - idleMs);
    return this.database.write((em) =>
      em.nativeDelete(Session, { $or: [{ expiresAt: { $lt: new Date() } }, { lastSeenAt: { $lt: since } }] }),
    );
  }
}

const tell = (em: SqlEntityManager, ownerId: string): Promise<void> =>
  signal(em, SESSIONS_ENDED, `${currentTenantOrNull()?.id ?? 'platform'}:${ownerId}`);
