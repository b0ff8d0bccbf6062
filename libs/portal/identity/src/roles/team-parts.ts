import { Injectable } from '@nestjs/common';

type PartsOf = (personId: string) => Promise<string[]>;

/** Slot: which parts of the team somebody belongs to. The tickets module fills it with its groups. */
@Injectable()
export class TeamParts {
  private partsOf: PartsOf = () => Promise.resolve([]);

  fill(partsOf: PartsOf): void {
    this.partsOf = partsOf;
  }

  of: PartsOf = (personId) => this.partsOf(personId);
}
