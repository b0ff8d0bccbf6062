import pg from 'pg';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { Lifeline, loginUrl } from '@foyer/database';
import type { SqlEntityManager } from '@mikro-orm/postgresql';

const CHANNEL = 'foyer';

/** Sends a signal when the transaction of `em` commits. */
export async function signal(em: SqlEntityManager, name: string, argument = ''): Promise<void> {
  await em.execute('select pg_catalog.pg_notify(?, ?)', [CHANNEL, `${name} ${argument}`]);
}

/** Called with the signal's argument; with null after a gap in the connection, when anything may have been missed. */
export type OnSignal = (argument: string | null) => void;

/**
 * Short words between processes: "the outbox has something", "tenant X has changed". One LISTEN connection a process.
 * A signal may be lost or come twice; it says where to look, never what is there.
 */
@Injectable()
export class Signals implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly log = new Logger('Signals');
  private readonly listeners = new Map<string, Set<OnSignal>>();
  private client: pg.Client | undefined;
  private readonly lifeline = new Lifeline({
    open: () => this.listen(),
    onReturn: () => this.listeners.forEach((set) => set.forEach((listener) => listener(null))),
    onFailure: ({ message }) => this.log.warn(`Not listening: ${message}`),
  });

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  on(name: string, listener: OnSignal): void {
    this.listeners.set(name, (this.listeners.get(name) ?? new Set()).add(listener));
  }

  /** See `signal`. */
  send(em: SqlEntityManager, name: string, argument = ''): Promise<void> {
    return signal(em, name, argument);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.lifeline.open();
  }

  async onApplicationShutdown(): Promise<void> {
    this.lifeline.close();
    await this.client?.end().catch(() => undefined);
  }

  private async listen(): Promise<void> {
    const client = new pg.Client({
      connectionString: loginUrl(this.config, 'queue'),
      ...{ keepAlive: true, connectionTimeoutMillis: 5_000 },
    });
    client.on('notification', ({ payload = '' }) => {
      const [name = '', argument = ''] = payload.split(' ');
      for (const listener of this.listeners.get(name) ?? []) listener(argument);
    });
    client.on('error', () => undefined);
    client.on('end', () => this.client === client && this.lifeline.lost());
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
    } catch (error) {
      void client.end().catch(() => undefined); // half a connection would stay open for as long as the process
      throw error;
    }
    this.client = client;
  }
}
