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
  private readonly filled = new Map<Slot<unknown>, { orders: number[]; fillings: unknown[] }>();

  /** Call when the module starts. The lower the order, the earlier it stands. */
  fill<Filling>(slot: Slot<Filling>, order: number, ...fillings: Filling[]): void {
    const { orders, fillings: others } = this.filled.get(slot) ?? { orders: [], fillings: [] };
    const at = orders.findLastIndex((other) => other <= order) + 1;
    this.filled.set(slot, {
      orders: orders.toSpliced(at, 0, ...fillings.map(() => order)),
      fillings: others.toSpliced(at, 0, ...fillings),
    });
  }

  of<Filling>(slot: Slot<Filling>): readonly Filling[] {
    return (this.filled.get(slot)?.fillings ?? []) as Filling[];
  }
}
