import { Injectable } from '@nestjs/common';
import { type Limit, Limits } from '@foyer/credentials';

/** A device on which the person has been before, and each network, by itself. */
const FROM: Limit = { name: 'code-from', points: 6, seconds: 900 };
/** From all devices that are not known: of a million codes three are right at a time. */
const ALL: Limit = { name: 'code-all', points: 30, seconds: 86_400 };
const RECOVERY: Limit = { name: 'code-recovery', points: 10, seconds: 900 };

export interface CodeAttempt {
  personId: string;
  ip: string;
  /** This device has been in the account before. */
  known: boolean;
  /** A recovery code: 50 bits, which nobody guesses. */
  recovery: boolean;
}

/**
 * Slows guessing at codes by somebody who has the password. Each attempt is counted before it is judged. The account's owner is not
 * locked out by it: a device they have used is counted by itself, and recovery codes and passkeys open while others guess.
 */
@Injectable()
export class CodeGuesses {
  constructor(private readonly limits: Limits) {}

  /** @throws TooMany */
  async judged<T>({ personId, ip, known, recovery }: CodeAttempt, judge: () => Promise<T | null>): Promise<T | null> {
    const from = `${personId} ${known ? 'known device' : ip}`;
    const counted: [Limit, string][] = recovery ? [[RECOVERY, from]] : [[FROM, from]];
    if (!recovery && !known) counted.push([ALL, personId]);
    for (const [limit, key] of counted) await this.limits.count(limit, key);
    const opened = await judge();
    if (opened !== null) for (const [limit, key] of counted) await this.limits.giveBack(limit, key);
    return opened;
  }
}
