import { Injectable } from '@nestjs/common';
import type { Actor } from '@foyer/access';

/** A program that has shown a key. */
export interface Caller {
  actor: Actor;
  keyId: string;
  /** Names, also of what they include. */
  scopes: ReadonlySet<string>;
  /** Null: the operator's own; otherwise it sees what this company's people see. */
  companyId: string | null;
  timeZone: string | null;
  /** Why it may read and change nothing, where that is so: the plan holds no API, or who made it is frozen. */
  readsOnly?: 'plan' | 'maker' | null;
}
/** Finds who shows this key from that address. @throws Problem */
export type FindCaller = (key: string, address: string) => Promise<Caller>;

/** Who a key stands for now; null for one that counts no more. */
export type ActorOfKey = (keyId: string) => Promise<Actor | null>;

/** Slot: who keeps the keys. */
@Injectable()
export class Callers {
  private find: FindCaller | null = null;
  private now: ActorOfKey | null = null;

  register(find: FindCaller, now: ActorOfKey): void {
    Object.assign(this, { find, now });
  }

  /** For what a key began that goes on without it, with what it may do by then. */
  async today(keyId: string): Promise<Actor | null> {
    return (await this.now?.(keyId)) ?? null;
  }

  of(key: string, address: string): Promise<Caller> {
    if (!this.find) throw new Error('Nobody keeps keys');
    return this.find(key, address);
  }
}
