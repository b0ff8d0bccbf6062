import { HttpCode, Post } from '@nestjs/common';
import { type Limit, Limits } from '@foyer/credentials';
import { Ask, type Asked, MachineController } from '@foyer/web';
import { Answers } from '../answers.js';

const CLICKS: Limit = { name: 'survey-one-click', points: 120, seconds: 60 };
const onLink = { params: { token: String } };

/** A mail program's own button "unsubscribe" (RFC 8058): it posts, without cookies and without asking. */
@MachineController('survey/unsubscribe')
export class OneClickController {
  constructor(
    private readonly answers: Answers,
    private readonly limits: Limits,
  ) {}

  @Post(':token')
  @HttpCode(200)
  async leave(@Ask(onLink) { token }: Asked<typeof onLink>): Promise<{ left: boolean }> {
    await this.answers.find(token);
    await this.limits.count(CLICKS, 'one-click');
    await this.answers.optOut(token, true);
    return { left: true };
  }
}
