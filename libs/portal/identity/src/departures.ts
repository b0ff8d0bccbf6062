import { Injectable } from '@nestjs/common';

/** Of a company, or of the team (null). */
type Leave = (companyId: string | null, personId: string) => Promise<void>;

/** What other modules take away from somebody who leaves a company or the team, in the same transaction. */
@Injectable()
export class Departures {
  private readonly steps: Leave[] = [];

  add(step: Leave): void {
    this.steps.push(step);
  }

  async left(companyId: string | null, personId: string): Promise<void> {
    for (const step of this.steps) await step(companyId, personId);
  }
}
