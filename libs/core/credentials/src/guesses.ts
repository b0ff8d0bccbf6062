import { Injectable } from '@nestjs/common';
import { TooMany } from '@foyer/access';
import { type Limit, Limits } from './limits.js';

export interface Attempt {
  /** Whose door it is; the counters of one know nothing of the other. */
  door: 'portal' | 'staff';
  /** The address that was typed, whether anybody has it or not. */
  account: string;
  ip: string;
  /** This device has signed in to the account before. */
  known: boolean;
}
interface Limited {
  network: Limit;
  pair: Limit;
  account: Limit;
  besieged: Limit;
}

const limitsOf = (door: string, network: number): Limited => ({
  network: { name: `${door}-guess-network`, points: network, seconds: 900 },
  pair: { name: `${door}-guess-pair`, points: 10, seconds: 900 },
  account: { name: `${door}-guess-account`, points: 60, seconds: 3600 },
  besieged: { name: `${door}-guess-besieged`, points: 3, seconds: 3600 },
});
const LIMITS = { portal: limitsOf('portal', 100), staff: limitsOf('staff', 30) };

/**
 * Slows guessing at passwords, and locks nobody out. Each attempt is counted before it is judged, so that a hundred at once
 * get no more than ten. An account that is guessed at from everywhere is not closed, which would let anybody close it:
 * from then on each network has three attempts an hour at it, and the right password still opens. A device that has signed
 * in before is counted by itself, whoever else guesses.
 */
@Injectable()
export class Guesses {
  constructor(private readonly limits: Limits) {}

  /**
   * @param judge what the password opens; null when it does not fit
   * @throws TooMany
   */
  async judged<T>({ door, account, ip, known }: Attempt, judge: () => Promise<T | null>): Promise<T | null> {
    const { network, pair, account: all, besieged } = LIMITS[door];
    const who = account.toLowerCase();
    const from = `${who} ${known ? 'known device' : ip}`;
    const counted: [Limit, string][] = [];
    const count = async (limit: Limit, key: string) => {
      await this.limits.count(limit, key);
      counted.push([limit, key]);
    };
    if (!known) await count(network, ip);
    await count(pair, from);
    if (!known)
      await count(all, who).catch((error: unknown) => {
        if (error instanceof TooMany) return count(besieged, from);
        throw error;
      });
    const opened = await judge();
    // The right password is no guess: what it counted is given back, and this place begins anew.
    if (opened !== null) {
      for (const [limit, key] of counted) await this.limits.giveBack(limit, key);
      await this.limits.forget(pair, from);
    }
    return opened;
  }
}
