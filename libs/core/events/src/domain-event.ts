/** An event carries ids and small facts, never secrets or HTML: it waits in tables and queues. */
export type EventClass<T extends object = object> = new (...args: never[]) => T;

/** An event as others may rely on it. */
export interface EventContract {
  name: string;
  version: number;
  event: EventClass;
}
const contracts = new Map<object, EventContract>();

/**
 * Gives an event class the stable name under which it waits in the outbox, e.g. `ticket.replied`. A field more keeps the version;
 * one that is renamed, removed or means something else raises it, and subscribers read both while two versions run.
 */
export function EventName(name: string, version = 1): ClassDecorator {
  return (target) => void contracts.set(target, { name, version, event: target as never });
}

export function contractOf(target: object): EventContract {
  const contract = contracts.get(target);
  if (!contract) throw new Error(`${(target as { name?: string }).name} needs @EventName`);
  return contract;
}

export const eventName = (target: object): string => contractOf(target).name;

/** All events of the modules that are loaded, by name. */
export const allContracts = (): EventContract[] =>
  [...contracts.values()].sort((a, b) => a.name.localeCompare(b.name, 'en'));
