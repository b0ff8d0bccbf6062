import pg from 'pg';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { TooMany } from '@foyer/access';
import { type Config, CONFIG } from '@foyer/config';
import { loginUrl, meaningOf, SteadyClient } from '@foyer/database';
import { currentTenantOrNull } from '@foyer/tenancy';
import { networkOf } from './network.js';

/** So many points in so many seconds. */
export interface Limit {
  name: string;
  points: number;
  seconds: number;
  /** One count over all tenants, for what is one thing whoever asks: a mailbox somewhere. Otherwise each has its own. */
  across?: 'platform';
}

/** Counts attempts, the same across all processes. Keys are kept apart by tenant without anybody having to remember. */
@Injectable()
export class Limits implements OnApplicationShutdown {
  private readonly pool: pg.Pool;
  private readonly limiters = new Map<string, RateLimiterPostgres>();

  constructor(@Inject(CONFIG) config: Config) {
    this.pool = new pg.Pool({ connectionString: loginUrl(config, 'queue'), max: 4, Client: SteadyClient });
    this.pool.on('error', () => undefined);
  }

  /**
   * Counts one attempt, before it is made: whoever looked first and counted afterwards would let all through that come at once.
   * @throws TooMany when there were too many; a counter that cannot be reached lets nobody pass either
   */
  async count(limit: Limit, key: string): Promise<void> {
    const { refusal } = await this.take(limit, key);
    if (refusal) throw refusal;
  }

  /** The same for whoever tells how much is left, and for how many seconds. */
  async take(limit: Limit, key: string): Promise<{ remaining: number; seconds: number; refusal: TooMany | null }> {
    const result = await this.limiter(limit)
      .consume(this.key(limit, key))
      .catch((refused: unknown) => refused);
    if (!(result instanceof RateLimiterRes)) throw meaningOf(result);
    const seconds = Math.ceil(result.msBeforeNext / 1000);
    const isOver = result.consumedPoints > limit.points;
    return { remaining: result.remainingPoints, seconds, refusal: isOver ? new TooMany(seconds) : null };
  }

  /** Takes one counted attempt back. */
  async giveBack(limit: Limit, key: string): Promise<void> {
    await this.limiter(limit).reward(this.key(limit, key), 1);
  }

  async forget(limit: Limit, key: string): Promise<void> {
    await this.limiter(limit).delete(this.key(limit, key));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }

  private limiter({ name, points, seconds }: Limit): RateLimiterPostgres {
    let limiter = this.limiters.get(name);
    if (!limiter) {
      limiter = new RateLimiterPostgres({
        storeClient: this.pool,
        storeType: 'pool',
        schemaName: 'platform',
        tableName: 'rate_limit',
        tableCreated: true,
        clearExpiredByTimeout: false,
        keyPrefix: name,
        points,
        duration: seconds,
      });
      this.limiters.set(name, limiter);
    }
    return limiter;
  }

  private key({ across }: Limit, key: string): string {
    const whose = across ?? currentTenantOrNull()?.id ?? 'platform';
    return `${whose}:${key.split(' ').map(networkOf).join(' ')}`.slice(0, 200);
  }
}
