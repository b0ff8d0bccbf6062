/// <reference lib="esnext.temporal" />

/** A stretch of time in which a zone's clocks are not put forward or back: local time = instant + offset, all in ms. */
export interface Stretch {
  from: number;
  until: number;
  offset: number;
}

const zones = new Map<string, Stretch[]>();
const KEPT_PER_ZONE = 200;

/** The stretch of a zone that an instant lies in. Remembered: a zone has about two a year. */
export function stretchAt(timeZone: string, instant: number): Stretch {
  let known = zones.get(timeZone);
  if (!known) zones.set(timeZone, (known = []));
  const found = known.find(({ from, until }) => from <= instant && instant < until);
  if (found) return found;
  const stretch = read(timeZone, instant);
  if (known.length >= KEPT_PER_ZONE) known.shift();
  known.push(stretch);
  return stretch;
}

function read(timeZone: string, instant: number): Stretch {
  const here = Temporal.Instant.fromEpochMilliseconds(Math.floor(instant)).toZonedDateTimeISO(timeZone);
  const next = here.getTimeZoneTransition('next');
  // Asked from a moment later, because a change at this very instant counts as neither before nor after it.
  const last = here.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
  return {
    from: last?.epochMilliseconds ?? -Infinity,
    until: next?.epochMilliseconds ?? Infinity,
    offset: here.offsetNanoseconds / 1_000_000,
  };
}
