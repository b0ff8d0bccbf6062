const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 4_000;

/**
 * How long to wait before the next attempt at a connection that failed so many times in a row: 250 ms, doubled each time
 * up to 4 s, so that everything is well within ten seconds of the other side's return; spread by a quarter, so that not all
 * processes knock at once.
 */
export function waitBefore(failures: number): number {
  const wait = Math.min(FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 10), LONGEST_WAIT_MS);
  return Math.round(wait * (1 - Math.random() / 4));
}

export interface LifelineOptions {
  /** Makes the connection; rejects when it cannot. Whoever made it calls `lost` when it breaks. */
  open(): Promise<void>;
  /** It is back after it had been lost. */
  onReturn?(): void;
  onFailure?(error: Error, failures: number): void;
}

/**
 * Keeps one connection alive: when it is lost it is made again, one attempt at a time, however often and from wherever
 * the loss is reported (a refused connection both rejects and says that it has ended).
 */
export class Lifeline {
  private attempt: NodeJS.Timeout | undefined;
  private opening: Promise<void> | undefined;
  private failures = 0;
  private closed = false;

  constructor(private readonly options: LifelineOptions) {}

  /** The first connection. Rejects when it cannot be made: then there is nothing to keep. */
  async open(): Promise<void> {
    this.opening = this.options.open();
    try {
      await this.opening;
    } finally {
      this.opening = undefined;
    }
  }

  /** Tells that the connection is gone. While one attempt is under way or due, this says nothing new. */
  lost(): void {
    if (this.closed || this.attempt || this.opening) return;
    this.failures += 1;
    this.attempt = setTimeout(() => void this.again(), waitBefore(this.failures));
    this.attempt.unref();
  }

  /** No attempt begins any more. */
  close(): void {
    this.closed = true;
    clearTimeout(this.attempt);
  }

  private async again(): Promise<void> {
    this.attempt = undefined;
    let error: Error | null = null;
    this.opening = this.options.open().catch((reason: Error) => void (error = reason));
    await this.opening;
    this.opening = undefined;
    if (this.closed) return;
    if (error) {
      this.options.onFailure?.(error, this.failures);
      return this.lost();
    }
    this.failures = 0;
    this.options.onReturn?.();
  }
}
