import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '@foyer/database';
import { Signals } from '@foyer/events';
import type { PortalActor } from '@foyer/identity';
import { currentTenant } from '@foyer/tenancy';
import { TICKET_TOUCHED } from '../ticket-thread.js';

const PRESENCE = 'presence';
/** Whoever has not been heard of for so long has gone. */
const PRESENT_MS = 20_000;

export interface Colleague {
  name: string;
  typing: boolean;
}
/** `shown`: customers see it, too. */
type Touched = (number: number | null, shown: boolean) => void;
type Present = Colleague & { until: number };

/** Which tickets are being changed, and who has one open: what streams and pages of this process tell each other. */
@Injectable()
export class LiveTickets implements OnModuleInit {
  private readonly listeners = new Map<string, Set<Touched>>();
  private readonly present = new Map<string, Map<string, Present>>();

  constructor(
    private readonly database: Database,
    private readonly signals: Signals,
  ) {}

  onModuleInit(): void {
    this.signals.on(TICKET_TOUCHED, (argument) => {
      const [tenant, number, whose] = argument?.split(':') ?? [];
      if (!tenant) for (const all of this.listeners.values()) all.forEach((listener) => listener(null, true));
      else this.listeners.get(tenant)?.forEach((listener) => listener(Number(number), whose !== 'team'));
    });
    this.signals.on(PRESENCE, (argument) => {
      if (!argument) return;
      const [tenant, number, id, typing, name] = argument.split(':');
      this.remember(`${tenant}:${number}`, id!, { name: decodeURIComponent(name!), typing: typing === '1' });
      this.listeners.get(tenant!)?.forEach((listener) => listener(Number(number), false));
    });
  }

  /** Calls `listener` with the number of each ticket of the ambient tenant that changes; null when some may have been missed. */
  onTouched(listener: Touched): () => void {
    const { id } = currentTenant();
    const listeners = this.listeners.get(id) ?? new Set();
    this.listeners.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.listeners.delete(id);
    };
  }

  /** Says to all processes that the actor has the ticket open, or writes on it. */
  async here(actor: PortalActor, number: number, typing: boolean): Promise<void> {
    const argument = [
      currentTenant().id,
      number,
      actor.id,
      typing ? 1 : 0,
      encodeURIComponent(actor.name.slice(0, 60)),
    ];
    await this.database.write((em) => this.signals.send(em, PRESENCE, argument.join(':')));
  }

  /** The same for this process alone, which costs nothing: for a page that is being shown. */
  seen(actor: PortalActor, number: number): void {
    const key = `${currentTenant().id}:${number}`;
    const before = this.present.get(key)?.get(actor.id!);
    this.remember(key, actor.id!, { name: actor.name, typing: before?.typing ?? false });
  }

  /** Colleagues who have the ticket open just now. */
  others(actor: PortalActor, number: number): Colleague[] {
    const people = this.present.get(`${currentTenant().id}:${number}`);
    return [...(people ?? [])]
      .filter(([id, { until }]) => id !== actor.id && until > Date.now())
      .map(([, { name, typing }]) => ({ name, typing }));
  }

  private remember(key: string, id: string, colleague: Colleague): void {
    const now = Date.now();
    const people = this.present.get(key) ?? new Map<string, Present>();
    for (const [other, { until }] of people) if (until < now) people.delete(other);
    this.present.set(key, people.set(id, { ...colleague, until: now + PRESENT_MS }));
    if (this.present.size > 10_000) this.present.delete(this.present.keys().next().value!);
  }
}
