import { Injectable, Logger } from '@nestjs/common';
import { DomainError } from '@foyer/access';
import { Database } from '@foyer/database';
import { OnEvent } from '@foyer/events';
import { Collections } from '@foyer/settings';
import { robot, Tickets } from '@foyer/tickets';
import { RuleMails } from '../automations/rule-mails.js';
import { begin, leave } from '../automations/rule-runs.js';
import { Fillings } from '../macros/filling.js';
import { filled } from '../macros/placeholders.js';
import { clockRows } from './clock-rows.js';
import { type Escalation, slaPolicies } from './policies.js';
import { SlaBreached, SlaWarned } from './sla.events.js';

/** What a policy wants done when something is nearly or really late. */
@Injectable()
export class Escalations {
  private readonly log = new Logger('Escalations');

  constructor(
    private readonly database: Database,
    private readonly collections: Collections,
    private readonly tickets: Tickets,
    private readonly fillings: Fillings,
    private readonly mails: RuleMails,
  ) {}

  @OnEvent(SlaWarned, 'service.escalate-warned')
  warned(event: SlaWarned): Promise<void> {
    return this.escalate(event, 'warned');
  }

  @OnEvent(SlaBreached, 'service.escalate-breached')
  breached(event: SlaBreached): Promise<void> {
    return this.escalate(event, 'breached');
  }

  private async escalate(
    { ticketId, policyId, kind, startedAt }: SlaWarned,
    stage: 'warned' | 'breached',
  ): Promise<void> {
    const policy = await this.collections.find(slaPolicies, policyId);
    if (!policy) return;
    const escalation = stage === 'warned' ? policy.onWarning : policy.onBreach;
    const clock = (await this.database.read((em) => clockRows(em, ticketId))).find((one) => one.kind === kind);
    // Who has been answered meanwhile needs nobody to hurry.
    if (!clock || clock.metAt !== null || clock.startedAt.toISOString() !== startedAt) return;
    const cause = `${stage}:${kind}:${startedAt}`;
    const data = { kind, stage, dueAt: clock.dueAt?.toISOString() ?? null };
    await this.mails.warn(ticketId, [...escalation.notify, ...escalation.addresses], data, `${cause}:${ticketId}`);
    await this.act(policy.name, escalation, { ticketId, ruleId: policyId, cause });
  }

  private async act(
    name: string,
    { actions }: Escalation,
    run: { ticketId: string; ruleId: string; cause: string },
  ): Promise<void> {
    if (actions.length === 0) return;
    const { values } = await this.fillings.of(run.ticketId);
    const done = actions.map((action) =>
      'text' in action ? { ...action, text: filled(action.text, values) } : action,
    );
    await this.database
      .write(async (em) => {
        if (!(await begin(em, run))) return;
        const since = new Date();
        await this.tickets.act(robot(name), run.ticketId, done);
        await leave(em, run, name, since);
      })
      // An agent who has left, a ticket closed meanwhile: the mails have gone out, and trying again would not help.
      .catch((error: unknown) => {
        if (!(error instanceof DomainError)) throw error;
        this.log.warn(`${name} on ${run.ticketId}: ${error.code}`);
      });
  }
}
