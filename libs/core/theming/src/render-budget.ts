export interface RenderLimits {
  /** Turns of all loops together. */
  iterations: number;
  /** Partials inside partials. */
  partialDepth: number;
  partialCalls: number;
  /** Characters, counted again at every level that handles them: a bound on work more than on size. */
  output: number;
  milliseconds: number;
}

export const RENDER_LIMITS: RenderLimits = {
  iterations: 20_000,
  partialDepth: 30,
  partialCalls: 5_000,
  output: 8_000_000,
  milliseconds: 500,
};

export class RenderOverrun extends Error {
  override name = 'RenderOverrun';

  constructor(readonly limit: keyof RenderLimits) {
    super(`The template is too much work: ${words[limit]}`);
  }
}

const words: Record<keyof RenderLimits, string> = {
  iterations: 'its loops turn too often',
  partialDepth: 'it includes templates too deeply',
  partialCalls: 'it includes too many templates',
  output: 'it writes too much',
  milliseconds: 'it takes too long',
};

const CLOCK_EVERY = 64;

/** Bounds what a tenant's own templates may cost one page. Every loop turn, include and output passes by here. */
export class RenderBudget {
  private iterations = 0;
  private calls = 0;
  private depth = 0;
  private written = 0;
  private steps = 0;
  private readonly until: number;

  constructor(
    private readonly limits: RenderLimits = RENDER_LIMITS,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.until = now() + limits.milliseconds;
  }

  turn(): void {
    if (++this.iterations > this.limits.iterations) throw new RenderOverrun('iterations');
    this.step();
  }

  enter(): void {
    if (++this.depth > this.limits.partialDepth) throw new RenderOverrun('partialDepth');
    if (++this.calls > this.limits.partialCalls) throw new RenderOverrun('partialCalls');
    this.step();
  }

  leave(): void {
    this.depth--;
  }

  write(characters: number): void {
    this.written += characters;
    if (this.written > this.limits.output) throw new RenderOverrun('output');
    this.step();
  }

  private step(): void {
    if (++this.steps % CLOCK_EVERY === 0 && this.now() > this.until) throw new RenderOverrun('milliseconds');
  }
}
