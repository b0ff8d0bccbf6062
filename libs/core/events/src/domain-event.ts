/** An event carries ids and small facts, never secrets or HTML: it waits in tables and queues. */
export type EventClass<T extends object = object> = new (...args: never[]) => T;

const names = new WeakMap<object, string>();

/** Gives an event class the stable name under which it waits in the outbox, e.g. `ticket.replied`. */
export function EventName(name: string): ClassDecorator {
  return (target) => void names.set(target, name);
}

export function eventName(target: object): string {
  const name = names.get(target);
  if (!name) throw new Error(`${(target as { name?: string }).name} needs @EventName`);
  return name;
}
