import { Injectable } from '@nestjs/common';

/** A place that modules fill without knowing whose page it is on: a name, and the shape of what stands there. */
export class Slot<Filling> {
  // Tells the compiler of which shape it is.
  declare private readonly filling: Filling;

  constructor(readonly name: string) {}
}

/** What the modules of this process have put into the slots. */
@Injectable()
export class Slots {
  private readonly filled = new Map<Slot<unknown>, { order: number; filling: unknown }[]>();

  /** Call when the module starts. The lower the order, the earlier it stands. */
  fill<Filling>(slot: Slot<Filling>, order: number, ...fillings: Filling[]): void {
    const more = fillings.map((filling) => ({ order, filling }));
    this.filled.set(
      slot,
      [...(this.filled.get(slot) ?? []), ...more].sort((a, b) => a.order - b.order),
    );
  }

  of<Filling>(slot: Slot<Filling>): Filling[] {
    return (this.filled.get(slot) ?? []).map(({ filling }) => filling as Filling);
  }
}
