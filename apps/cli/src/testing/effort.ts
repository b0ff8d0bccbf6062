/** Seconds of CPU that this thread spends on some work; what the machine does meanwhile does not count. */
export async function effort(work: () => unknown): Promise<number> {
  const started = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(started);
  return (user + system) / 1e6;
}

/** Below this there is nothing to measure, and nothing to fear. */
const NOTHING = 0.15;
const HOPELESS = 3;

/**
 * How many times as long some work takes when what it is given is four times as large: 4 when it is linear, 16 when it is
 * quadratic. The best of three, since a collection of garbage may fall into one of them.
 */
export async function growth(bytes: number, work: (bytes: number) => unknown): Promise<number> {
  // Whoever takes this long for an eighth need not be asked about the whole.
  if ((await effort(() => work(bytes / 8))) > HOPELESS) return Infinity;
  let best = Infinity;
  for (let round = 0; round < 3 && best > LINEAR; round += 1) {
    const quarter = await effort(() => work(bytes / 4));
    const whole = await effort(() => work(bytes));
    best = Math.min(best, whole < NOTHING ? 4 : whole / Math.max(quarter, 0.01));
  }
  return best;
}

/** What `growth` says at most of something linear, with room for caches that no longer hold it. */
export const LINEAR = 8;
