import { addBusinessTime, type BusinessHours, businessTimeBetween } from '@foyer/hours';

/**
 * Counts open time against a target, in ms. Whoever drives it says what happens in the order in which it happens; before
 * each, `pass` lets time go by until then.
 */
export class Stopwatch {
  elapsed = 0;
  pausedAt: number | null = null;
  metAt: number | null = null;
  warnedAt: number | null = null;
  /** Stays, whatever comes later: a promise was broken then. */
  breachedAt: number | null = null;
  private since: number;

  constructor(
    private readonly hours: BusinessHours,
    readonly startedAt: number,
    public target: number | null,
    /** Open time before the target at which to warn; null for never. */
    private lead: number | null,
  ) {
    this.since = startedAt;
  }

  get running(): boolean {
    return this.pausedAt === null && this.metAt === null;
  }

  /** What happens at the very instant a target is reached still counts as in time, except at the end (`upTo`). */
  pass(until: number, upTo = false): void {
    if (this.running) {
      const reached = (elapsed: number | null) => {
        const at = elapsed === null ? null : addBusinessTime(this.hours, this.since, elapsed - this.elapsed);
        return at !== null && (at < until || (upTo && at === until)) ? at : null;
      };
      this.warnedAt ??= reached(this.warning);
      this.breachedAt ??= reached(this.target);
      this.elapsed += businessTimeBetween(this.hours, this.since, until);
      this.since = until;
    }
  }

  aim(target: number | null, lead: number | null): void {
    this.target = target;
    this.lead = lead;
  }

  pause(at: number): void {
    if (this.running) this.pausedAt = at;
  }

  resume(at: number): void {
    if (this.running) return;
    this.pausedAt = this.metAt = null;
    this.since = at;
  }

  stop(at: number): void {
    this.metAt ??= at;
  }

  /** When the target was or will be missed if nothing else happens; null while paused, or when nobody is ever there. */
  get dueAt(): number | null {
    return this.breachedAt ?? this.projected(this.target);
  }

  get warnAt(): number | null {
    return this.warnedAt ?? this.projected(this.warning);
  }

  private get warning(): number | null {
    return this.target === null || this.lead === null ? null : this.target - this.lead;
  }

  private projected(elapsed: number | null): number | null {
    if (elapsed === null || this.pausedAt !== null) return null;
    return addBusinessTime(this.hours, this.since, Math.max(0, elapsed - this.elapsed));
  }
}
