import { Injectable } from '@nestjs/common';
import type { Actor } from '@foyer/access';
import type { Limit } from './names.js';

export interface Freezable {
  id: string;
  /** In words, as somebody has called it. */
  label: string;
  hint: string | null;
  isFrozen: boolean;
  /** Stays whatever is chosen. */
  always?: boolean;
}
/** Something of which there can be more than a smaller plan holds. What is over is frozen, which means read-only, and never deleted. */
export interface Freezing {
  limit: Limit;
  /** All of them, those that stay first. */
  items(): Promise<Freezable[]>;
  /** Chooses which stay, before all others. @throws LimitReached, Refused, Conflict */
  keep(actor: Actor, ids: readonly string[]): Promise<void>;
}

/** What can be over a limit after a change of plan, as those say who keep it. */
@Injectable()
export class Frozen {
  private readonly kinds: Freezing[] = [];

  /** Call when the module starts. */
  register(kind: Freezing): void {
    this.kinds.push(kind);
  }

  all(): readonly Freezing[] {
    return this.kinds;
  }

  of(limit: Limit): Freezing | null {
    return this.kinds.find((kind) => kind.limit === limit) ?? null;
  }
}
