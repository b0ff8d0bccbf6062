import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import type { Stamp } from './cause.js';
import { type EventClass, eventName } from './domain-event.js';

const ON_EVENT = 'foyer:on-event';
const EVERY = 'foyer:every';

/**
 * Where a job stands in line. What waits for other people's servers (mails, mailboxes) has a lane of its own, so that one
 * that stalls keeps nobody else waiting.
 */
export type Lane = 'inside' | 'outside';
export const LANES: readonly Lane[] = ['inside', 'outside'];

interface OnEventMeta {
  event: string;
  subscriber: string;
  lane: Lane;
}

/**
 * Makes a provider's method the subscriber of an event. The worker calls it inside the event's tenant with the event and its `Stamp`, at
 * least once: the method is idempotent. `subscriber` is a stable name; it becomes part of the job's id.
 */
export function OnEvent(
  event: EventClass,
  subscriber: string,
  { lane = 'inside' }: { lane?: Lane } = {},
): MethodDecorator {
  return (_target, _key, descriptor) => {
    Reflect.defineMetadata(
      ON_EVENT,
      { event: eventName(event), subscriber, lane } satisfies OnEventMeta,
      descriptor.value as object,
    );
  };
}

/** Makes a provider's method a platform-wide schedule, run outside any tenant by one worker every `seconds`. */
export function Every(seconds: number, schedule: string): MethodDecorator {
  return (_target, _key, descriptor) => {
    Reflect.defineMetadata(EVERY, { seconds, schedule }, descriptor.value as object);
  };
}

export interface Subscriber {
  name: string;
  lane: Lane;
  handle: (payload: object, stamp?: Stamp) => Promise<void>;
}
export interface Schedule {
  name: string;
  seconds: number;
  run: () => Promise<void>;
}

type Method = (payload?: object, stamp?: Stamp) => Promise<void>;

/** Finds every `@OnEvent` and `@Every` of the application when it starts. Two subscribers of one name stop the start. */
@Injectable()
export class Subscribers implements OnApplicationBootstrap {
  private readonly byEvent = new Map<string, Subscriber[]>();
  private readonly byName = new Map<string, Subscriber>();
  readonly schedules: Schedule[] = [];

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  onApplicationBootstrap(): void {
    for (const { instance } of this.discovery.getProviders()) {
      if (!instance || typeof instance !== 'object') continue;
      for (const method of this.scanner.getAllMethodNames(Object.getPrototypeOf(instance) as object)) {
        this.collect(instance as Record<string, Method>, method);
      }
    }
  }

  of(event: string): Subscriber[] {
    return this.byEvent.get(event) ?? [];
  }

  named(name: string): Subscriber | undefined {
    return this.byName.get(name);
  }

  private collect(instance: Record<string, Method>, method: string): void {
    const fn = instance[method]!;
    const on = this.reflector.get<OnEventMeta | undefined>(ON_EVENT, fn);
    if (on) {
      const handle = (payload: object, stamp?: Stamp) => fn.call(instance, payload, stamp);
      const subscriber: Subscriber = { name: on.subscriber, lane: on.lane, handle };
      if (this.byName.has(on.subscriber)) throw new Error(`Two subscribers are called ${on.subscriber}`);
      this.byName.set(on.subscriber, subscriber);
      this.byEvent.set(on.event, [...this.of(on.event), subscriber]);
    }
    const every = this.reflector.get<{ seconds: number; schedule: string } | undefined>(EVERY, fn);
    if (every) this.schedules.push({ name: every.schedule, seconds: every.seconds, run: () => fn.call(instance) });
  }
}
