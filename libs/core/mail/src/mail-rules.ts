import { Injectable } from '@nestjs/common';
import type { Mail } from './mail.entity.js';

/** Whether a mail is still for whoever it was written to, asked right before each attempt to send it. */
export type StillMeant = (mail: Pick<Mail, 'toAddress' | 'about' | 'createdAt'>) => Promise<boolean>;

/**
 * For each template the rule by which its recipient is judged when the mail is sent: between the event and the sending lie
 * seconds on a good day and a day when the mail server is away, in which people leave, and rights end.
 */
@Injectable()
export class MailRules {
  private readonly rules = new Map<string, StillMeant>();

  /** By template, in `onModuleInit` of the module that queues it. */
  declare(rules: Record<string, StillMeant>): void {
    for (const [template, rule] of Object.entries(rules)) this.rules.set(template, rule);
  }

  has(template: string): boolean {
    return this.rules.has(template);
  }

  /** Fails closed: what no rule speaks of is not sent. */
  async stillMeant(mail: Mail): Promise<boolean> {
    return (await this.rules.get(mail.template)?.(mail)) === true;
  }
}
