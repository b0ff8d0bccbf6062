import { AsyncLocalStorage } from 'node:async_hooks';
import { MikroORM, type SqlEntityManager } from '@mikro-orm/postgresql';
import { currentTenant } from '@foyer/tenancy';
import { PLATFORM_ROLE } from './logins.js';
import { note, regardless } from './once.js';
import { meaningOf } from './unreachable.js';

/** A schema and the role that may use it. */
interface Realm {
  schema: string;
  role: string;
}
interface Unit extends Realm {
  mode: 'read' | 'write';
  em: SqlEntityManager;
  afterCommit: (() => void)[];
}
/** The reading transactions of one page: opened by the first read, shared by all others, closed before rendering. */
interface PageScope {
  open: Map<string, Promise<SqlEntityManager>>;
}

const units = new AsyncLocalStorage<Unit | null>();
const pages = new AsyncLocalStorage<PageScope | null>();

/** A page that only reads tried to write. Always a programming error. */
export class WriteInsideRead extends Error {
  constructor() {
    super('A write was attempted inside a reading transaction');
  }
}

abstract class Transactions {
  constructor(private readonly orm: MikroORM) {}
  protected abstract realm(): Realm;

  /** Runs `fn` in a read-only transaction: the page's, an enclosing one's, or a new one. */
  async read<T>(fn: (em: SqlEntityManager) => Promise<T>): Promise<T> {
    const realm = this.realm();
    const unit = ambientUnit(realm);
    if (unit) return fn(unit.em);
    const page = pages.getStore();
    if (!page) return this.transaction(realm, 'read', fn);
    let opening = page.open.get(realm.schema);
    if (!opening) page.open.set(realm.schema, (opening = this.begin(realm, 'read')));
    const em = await opening;
    try {
      return await units.run({ ...realm, mode: 'read', em, afterCommit: [] }, () => fn(em));
    } catch (error) {
      throw meaningOf(error);
    }
  }

  /** Runs `fn` in one transaction that commits when it returns and rolls back when it throws; joins an enclosing one. */
  async write<T>(fn: (em: SqlEntityManager) => Promise<T>): Promise<T> {
    const realm = this.realm();
    const unit = ambientUnit(realm);
    if (unit?.mode === 'read' || (!unit && pages.getStore())) throw new WriteInsideRead();
    if (unit) return fn(unit.em);
    return this.transaction(realm, 'write', fn);
  }

  /** Calls `fn` after the enclosing write has committed; never when it rolls back. */
  afterCommit(fn: () => void): void {
    const unit = ambientUnit(this.realm());
    if (unit?.mode !== 'write') throw new Error('afterCommit is called inside a write');
    unit.afterCommit.push(fn);
  }

  private async transaction<T>(realm: Realm, mode: Unit['mode'], fn: (em: SqlEntityManager) => Promise<T>): Promise<T> {
    const em = await this.begin(realm, mode);
    const unit: Unit = { ...realm, mode, em, afterCommit: [] };
    let takeBack = () => {};
    try {
      if (mode === 'write') takeBack = await note(em, realm.schema);
      const result = await units.run(unit, () => fn(em));
      await em.commit();
      for (const done of unit.afterCommit) done();
      return result;
    } catch (error) {
      takeBack();
      await em.rollback().catch(() => undefined); // the first error is the one worth telling
      throw meaningOf(error);
    }
  }

  private async begin(realm: Realm, mode: Unit['mode']): Promise<SqlEntityManager> {
    const em = this.orm.em.fork({ schema: realm.schema, session: { role: realm.role } }) as SqlEntityManager;
    try {
      await em.begin({ readOnly: mode === 'read' });
    } catch (error) {
      throw meaningOf(error);
    }
    return em;
  }
}

function ambientUnit(realm: Realm): Unit | null {
  const unit = units.getStore();
  return unit && unit.schema === realm.schema ? unit : null;
}

/** Transactions in the schema of the tenant that has been entered, under that tenant's own role. */
export class Database extends Transactions {
  protected realm(): Realm {
    const { schema, role } = currentTenant();
    return { schema, role };
  }

  /** In a write: the tenant's writes that name the same thing follow one another, each after the one before has committed. */
  async inTurn(thing: string): Promise<void> {
    const key = `${currentTenant().schema} ${thing}`;
    await this.write((em) => em.execute('select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext(?))', [key]));
  }
}

/** Transactions in the schema `platform`. */
export class PlatformDatabase extends Transactions {
  protected realm(): Realm {
    return { schema: 'platform', role: PLATFORM_ROLE };
  }
}

/**
 * Runs a page that only reads. All its reads share one read-only transaction per schema (one snapshot, one connection);
 * a write throws. `close` ends those transactions; call it as soon as the data is there, before rendering.
 */
export function readingPage<T>(fn: () => T): T {
  return pages.run({ open: new Map() }, fn);
}

/**
 * Ends the transactions of the reading page around the caller; harmless without one or when called twice. Nobody has to
 * wait: there is nothing to lose, and the connection returns to the pool when the server has answered.
 */
export function closeReadingPage(): void {
  const page = pages.getStore();
  if (!page) return;
  const open = [...page.open.values()];
  page.open.clear();
  // A connection that broke gives its place in the pool back only when the transaction is given up.
  for (const opening of open) void opening.then((em) => em.commit().catch(() => em.rollback())).catch(() => undefined);
}

/** Runs `fn` free of the caller's page and transaction: for small writes beside a page, such as "last seen". */
export function apart<T>(fn: () => T): T {
  return regardless(() => pages.run(null, () => units.run(null, fn)));
}
