import { isIPv6 } from 'node:net';
import pg from 'pg';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { TooMany } from '@foyer/access';
import { type Config, CONFIG } from '@foyer/config';
import { loginUrl, meaningOf, SteadyClient } from '@foyer/database';
import { currentTenantOrNull } from '@foyer/tenancy';

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

  /** Counts one attempt. @throws TooMany when there were too many; a counter that cannot be reached lets nobody pass either. */
  async count(limit: Limit, key: string): Promise<void> {
    try {
      await this.limiter(limit).consume(this.key(limit, key));
    } catch (refusal) {
      throw refusal instanceof RateLimiterRes
        ? new TooMany(Math.ceil(refusal.msBeforeNext / 1000))
        : meaningOf(refusal);
    }
  }

  /** @throws TooMany when earlier attempts already used the limit up; counts nothing itself. */
  async check(limit: Limit, key: string): Promise<void> {
    const state = await this.limiter(limit)
      .get(this.key(limit, key))
      .catch((error: unknown) => {
        throw meaningOf(error);
      });
    if (state && state.consumedPoints >= limit.points) throw new TooMany(Math.ceil(state.msBeforeNext / 1000));
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
    return `${whose}:${key.split(' ').map(network).join(' ')}`.slice(0, 200);
  }
}

/** Whoever has one IPv6 address has 2^64 of them: they count by the network (RFC 6177). What is no such address stays. */
function network(word: string): string {
  const address = word.replace(/%.*$/, '');
  if (!isIPv6(address)) return word;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  const host = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail = ''] = host.split('::');
  const [before, after] = [head.split(':').filter(Boolean), tail.split(':').filter(Boolean)];
  const zeros = host.includes('::') ? Array<string>(8 - before.length - after.length).fill('0') : [];
  return `${[...before, ...zeros, ...after].slice(0, 4).join(':')}::/64`;
}
