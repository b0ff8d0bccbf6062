import { Injectable } from '@nestjs/common';

/** Who of the team takes tickets just now. Without anybody to say, everybody does. */
@Injectable()
export class AgentsThere {
  private answer: (personId: string) => Promise<boolean> = () => Promise.resolve(true);

  fill(answer: (personId: string) => Promise<boolean>): void {
    this.answer = answer;
  }

  isThere(personId: string): Promise<boolean> {
    return this.answer(personId);
  }
}
